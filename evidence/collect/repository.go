package collect

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/git"
	"github.com/release-dossier/dossier/evidence/gitobj"
)

// readGit collects tag, commits and files from the repository.
func (a *assembly) readGit(ctx context.Context) (err error) {
	names := slices.Concat([]string{a.Tag}, a.OrTags)
	for i, tag := range names {
		a.git, err = git.Collect(ctx, git.Options{
			Dir: a.Dir, Tag: tag, PreviousTag: a.PreviousTag, TagPattern: a.TagPattern,
			Files: slices.Concat(git.DefaultFiles(), a.draft.Run.Definitions()), MustFiles: a.Files, Env: a.Environ,
			ReleaseBranches: a.ReleaseBranches, DefaultBranch: a.DefaultBranch, PatchIDs: a.PatchIDs, Now: a.Now,
			Progress: func(done, total int) { a.progress("git", int64(done), int64(total)) },
		})
		var none *git.TagError
		if !errors.As(err, &none) || i == len(names)-1 {
			break
		}
	}
	return err
}

// addGit states what was read.
func (a *assembly) addGit(context.Context) error {
	if err := a.stateGit(a.git); err != nil {
		return err
	}
	a.noteGit(a.git)
	a.noteBuilds()
	return nil
}

// stateGit fills the record's fields about the source.
func (a *assembly) stateGit(got *git.Result) (err error) {
	r := a.draft.Record
	if r.Repository.URI, err = a.repository(got.RemoteURL); err != nil {
		return err
	}
	if r.Version, err = releaseVersion(a.Version, got.TagName); err != nil {
		return err
	}
	r.ObjectFormat = string(got.Format)
	r.Commit = string(got.Commit)
	r.Tag = evidence.Tag{Name: got.TagName, Object: string(got.TagObject), Type: string(got.TagType)}
	r.Base = evidence.Base{Tag: got.PreviousTag, Commit: string(got.PreviousCommit)}
	if got.PreviousTag == "" {
		r.Base = evidence.Base{None: "first"}
	}
	return nil
}

func (a *assembly) repository(remote string) (string, error) {
	if a.Repository != "" {
		return evidence.NormalRepository(a.Repository)
	}
	if remote == "" {
		return "", errors.New("the repository has no remote named origin: say where it lives, https://host/org/repo (Options.Repository)")
	}
	uri, err := evidence.NormalRepository(remote)
	if err != nil {
		return "", fmt.Errorf("remote origin: %w (Options.Repository)", err)
	}
	return uri, nil
}

func (a *assembly) noteGit(got *git.Result) {
	r := a.draft.Record
	a.found("repository", r.Repository.URI, claimed, "git remote or argument")
	text := fmt.Sprintf("%s, at commit %s", r.Tag.Name, r.Commit)
	switch {
	case got.TagType != gitobj.TypeTag:
	case len(got.Tag.Signature) == 0:
		a.gap(Habit, "a signed tag", fmt.Sprintf("tag %s is not signed", got.TagName), "sign the next tag: git tag -s")
	default:
		text += ", signed"
	}
	a.found("tag", text, proven, r.Tag.Object)
	since := " since " + r.Base.Tag
	if r.Base.None != "" {
		since = ", the first release"
	}
	a.found("commits", count(len(got.Range), "commit")+since, proven, r.Commit)
	for _, n := range got.Notes {
		a.gap(whoCan(n.Code), string(n.Code), n.Text, n.Remedy)
	}
}

// whoCan says who can mend what the collector of git noted.
func whoCan(code git.NoteCode) Who {
	switch code {
	case git.NoteFirst, git.NoteOtherVersion, git.NoteLightweight, git.NoteMalformed:
		return Line
	case git.NoteBranches, git.NoteChange:
		return Setting
	}
	return Habit
}

// noteBuilds compares what Go binaries say of their source with the tag.
func (a *assembly) noteBuilds() {
	for i, art := range a.artifacts {
		name := a.draft.Record.Artifacts[i].Name
		switch {
		case art.revision == "":
		case art.revision != a.draft.Record.Commit:
			a.gap(Habit, "a build of the tagged commit", fmt.Sprintf("%s says it was built from commit %.64s", name, art.revision), "build from a checkout of the tag")
		case art.modified:
			a.gap(Habit, "a build of the tagged commit", name+" says it was built from a modified working tree", "build from a clean checkout of the tag")
		default:
			a.found("build source", name+" says it was built from the tagged commit", claimed, art.path)
		}
	}
}
