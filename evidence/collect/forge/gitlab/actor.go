package gitlab

import (
	"context"
	"fmt"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/collect/forge"
	gitlab "gitlab.com/gitlab-org/api/client-go"
)

// user is what is read of an account. Bot is absent where GitLab does not say.
type user struct {
	ID       int64  `json:"id"`
	Username string `json:"username"`
	Bot      *bool  `json:"bot"`
}

// actor returns the actor behind an account, having asked whether it is a bot;
// false for id 0.
func (c *collector) actor(ctx context.Context, id int64, login string) (evidence.Actor, bool, error) {
	if id <= 0 {
		return evidence.Actor{}, false, nil
	}
	var u user
	_, err := c.get(ctx, fmt.Sprintf("users/%d", id), nil, &u)
	if err == nil && (u.ID != id || u.Bot == nil) {
		err = &forge.ShapeError{Path: "/users", Why: "does not say whether the account is a bot"}
	}
	kind := evidence.Human
	switch {
	case err != nil:
		kind = evidence.Unspecified // which counts as no person
	case *u.Bot:
		kind = evidence.Bot
	}
	a, ok := c.Account(id, kind, login)
	return a, ok, c.Miss(account(), fmt.Sprintf("account %d", id), err)
}

// actorRef is actor for fields that may be absent.
func (c *collector) actorRef(ctx context.Context, u *gitlab.BasicUser) (*evidence.Actor, error) {
	if u == nil {
		return nil, nil
	}
	a, ok, err := c.actor(ctx, u.ID, u.Username)
	if !ok || err != nil {
		return nil, err
	}
	return &a, nil
}

// add adds the actor behind an account to a list.
func (c *collector) add(ctx context.Context, to *[]evidence.Actor, users ...*gitlab.BasicUser) error {
	for _, u := range users {
		a, err := c.actorRef(ctx, u)
		if err != nil {
			return err
		}
		if a != nil {
			*to = forge.Add(*to, *a)
		}
	}
	return nil
}
