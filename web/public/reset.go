package public

import (
	"context"

	"wardbridge/internal/fault"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/ui"
)

type resetForm struct {
	Token    string `path:"token"`
	Password string `form:"password"`
}

// reset lets whoever has a link set their password, once.
func (p *pages) reset(ctx context.Context, tx *tenants.Tx, in resetForm) (web.View, error) {
	return p.resetAgain(ctx, tx, in, nil)
}

func (p *pages) resetAgain(ctx context.Context, tx *tenants.Tx, in resetForm, refused *fault.Fault) (web.View, error) {
	who, err := p.accounts.LinkedTo(ctx, tx, in.Token)
	return web.View{Narrow: true, Body: resetPage(in, who, refused)}, err
}

func (p *pages) doReset(ctx context.Context, tx *tenants.Tx, in resetForm) (web.Done, error) {
	if err := p.accounts.UseLink(ctx, tx, in.Token, in.Password); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: "/signin", Flash: &ui.Flash{Kind: "success", Title: "Your password has been set", Text: "Sign in with it now."}}, nil
}
