#!/bin/sh
# A release on any CI system, or none: make its dossier and let it pass only if it holds.
#   release.sh TAG KEY TRUST POLICY [OPTION OF CREATE...]     in a full clone, after the build
set -eu
tag=$1 key=$2 trust=$3 policy=$4
shift 4
repository=$(git config --get remote.origin.url)

# Some systems check out an annotated tag as a lightweight one: fetch it again.
git fetch --quiet --force origin "refs/tags/$tag:refs/tags/$tag"

dossier create "$tag" --key "$key" --trust "$trust" --policy "$policy" -o release.dossier "$@"
dossier verify release.dossier --release "$repository@$tag" --trust "$trust" --policy "$policy" --gate tag
