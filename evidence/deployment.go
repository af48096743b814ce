package evidence

// Promotion returns the deployment as a promotion of the release that r
// describes, with the decisions of its gate: what its system knows of one. What
// that cannot know (the window or emergency of a production change, how it was
// verified) is left to whoever states the promotion, and so is whether it really
// brought all of the release's artifacts where the system names none.
func (d *Deployment) Promotion(r *Record) *Promotion {
	p := &Promotion{
		Entry:        Entry{ID: d.System + "/" + d.ID},
		DeploymentID: d.ID, Environment: d.Environment, Action: "deploy", Artifacts: d.Artifacts,
		Tag: r.Tag.Name, Version: r.Version, Commit: d.Commit, Approvals: d.Approvals, ConfigVersion: d.ConfigVersion,
	}
	if p.Commit == "" {
		p.Commit = ObjectID(r.Commit)
	}
	if len(p.Artifacts) == 0 {
		for _, a := range r.Artifacts {
			p.Artifacts = append(p.Artifacts, ResourceDescriptor{Name: a.Name, Digest: a.Digest.Set()})
		}
	}
	for _, t := range r.Tickets {
		p.ChangeRequests = append(p.ChangeRequests, ResourceDescriptor{Name: t.ID, URI: t.URI})
	}
	switch {
	case d.By == nil:
	case d.By.Kind == Human:
		p.RequestedBy = d.By
	default:
		p.ExecutedBy = d.By
	}
	p.At, p.FinishedAt, p.Result = d.course()
	return p
}

// course is when the deployment began and ended, and how, by its statuses. What
// a later deployment made inactive had ended before.
func (d *Deployment) course() (begin TimeOrInterval, end *Time, result string) {
	result = "in-progress"
	if d.CreatedAt != nil {
		begin = Moment(*d.CreatedAt)
	}
	begun := false
	for _, s := range d.Statuses {
		switch s.State {
		case "in-progress":
			if s.At != nil && !begun {
				begin, begun = Moment(*s.At), true
			}
		case "success", "failure", "cancelled":
			end, result = s.At, s.State
		}
	}
	return begin, end, result
}
