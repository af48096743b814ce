package evidence

// Branches is a snapshot of a repository's branches when a release was
// collected. Git objects do not say which branches there were, so whoever
// signed the record states it. A branch that was not in the clone is not in it.
type Branches struct {
	// TakenAt is when the clone was looked at. It may be older than that.
	TakenAt Time `json:"takenAt" rec:"R;1.12.6.1"`
	// From is whose branches these are: what the clone knows of the remote
	// "origin", or its own, if it knows of none there.
	From string `json:"from" rec:"R;1.12.6.1" enum:"origin|local"`
	// Default is the remote's default branch, if the clone knows it.
	Default string `json:"default,omitempty" rec:"O;1.12.6.1"`
	// Source is the branch that the released commit was made on, if that can be
	// told from the branches that contain it.
	Source string `json:"source,omitempty" rec:"O;1.12.6.1,1.16.3.2"`
	// Containing are the branches that contain the released commit.
	Containing []Branch `json:"containing,omitempty" rec:"O;1.12.6.1"`
	// ReleasePatterns are the names of release branches, as patterns: "release/*".
	ReleasePatterns []string `json:"releasePatterns" rec:"R;1.16.3.5"`
	// ActiveReleases are all branches of these names, so that a fix can be looked
	// for on each.
	ActiveReleases []Branch `json:"activeReleases,omitempty" rec:"O;1.16.3.5"`
}

// Branch is one branch in a snapshot.
type Branch struct {
	// Name is its short name: "main", "release/1.4".
	Name string `json:"name" rec:"R;1.12.6.1"`
	// Head is the commit it was at.
	Head ObjectID `json:"head" rec:"R;1.12.6.1"`
	// HeadAt is when that commit says it was made.
	HeadAt *Time `json:"headAt,omitempty" rec:"O;1.16.3.5"`
	// FirstParent is whether the released commit is on the line of first parents
	// from Head: then it was made on this branch, or on the one this was cut from.
	FirstParent bool `json:"firstParent,omitempty" rec:"O;1.12.6.1"`
}

// NamedCommit is a commit outside of the release that a message in it names: as
// what it was picked from, or as what it reverts. If it was in the clone, it is
// among the git objects.
type NamedCommit struct {
	// Commit is the commit.
	Commit ObjectID `json:"commit" rec:"R;1.11.3.4"`
	// On are those branches that contained it when the snapshot was taken, of
	// the default branch and the active release branches.
	On []string `json:"on,omitempty" rec:"O;1.15.3.3,1.27.2"`
}
