package notices

import (
	"context"
	"fmt"

	"wardbridge/internal/civil"
	"wardbridge/modules/approvals"
	"wardbridge/tenants"
)

// administrators are told when nobody holds the office that something waits for.
var administrators = []string{"org_admin"}

// onApprovalWanted tells those who may decide now that a request waits for them,
// and once more when it is late. Whoever asked is not told to answer themselves.
func (s *Service) onApprovalWanted(ctx context.Context, tx *tenants.Tx, id tenants.ID, late bool) error {
	r, _, err := s.rooms.Approvals.Get(ctx, tx, id)
	if err != nil || r.State != approvals.Open {
		return err
	}
	people, roles, err := s.rooms.Approvals.Deciders(ctx, tx, r)
	if err != nil {
		return err
	}
	n := Notice{Kind: "approval.asked", Once: "approval.asked:" + id.String(), Title: "Your approval is asked for: " + r.Title + ".", People: people, Roles: roles, Except: r.Barred}
	switch {
	case late:
		n.Kind, n.Once, n.Title = "approval.escalated", "approval.escalated:"+id.String(), "An approval is late: "+r.Title+"."
	case r.Ratifies != nil:
		n.Title = "An approval given out of hours is to be ratified: " + r.Title + "."
	}
	n.Text = fmt.Sprintf("Asked by %s.", r.RequesterName)
	if r.DueAt != nil && !late {
		n.Text += fmt.Sprintf(" An answer is wanted by %s.", civil.When(*r.DueAt))
	}
	if len(people) == 0 && len(roles) == 0 {
		n.Roles, n.Except, n.Text = administrators, nil, "Nobody holds the office that decides. Appoint somebody on the approval matrix.\n"+n.Text
	}
	return s.aboutApproval(ctx, tx, r, n)
}

// onApprovalClosed tells whoever asked how a request ended, unless they ended it.
func (s *Service) onApprovalClosed(ctx context.Context, tx *tenants.Tx, e approvals.Decided) error {
	r, d, err := s.rooms.Approvals.Get(ctx, tx, e.Request)
	if err != nil || r.State == approvals.Open || r.State == approvals.Withdrawn || r.RequesterID == nil {
		return err
	}
	n := Notice{Kind: "approval." + string(r.State), Once: "approval.closed:" + r.ID.String(), Person: *r.RequesterID}
	switch {
	case r.State == approvals.Lapsed:
		n.Title, n.Text = "Nobody answered in time: "+r.Title+".", "The request has lapsed."
	case r.Ratifies != nil && r.State == approvals.Approved:
		n.Title = "Ratified: " + r.Title + "."
	case r.Ratifies != nil:
		n.Title = "Not ratified: " + r.Title + "."
	case r.State == approvals.Approved:
		n.Title = "Approved: " + r.Title + "."
	default:
		n.Title = "Refused: " + r.Title + "."
	}
	if d != nil {
		n.Text = d.PersonName + ": " + d.Statement
	}
	return s.aboutApproval(ctx, tx, r, n)
}

func (s *Service) aboutApproval(ctx context.Context, tx *tenants.Tx, r approvals.Request, n Notice) error {
	home, err := s.home(ctx, tx)
	if err != nil {
		return err
	}
	n.Href, n.WardID = home+"/approvals/"+r.ID.String(), r.WardID
	return s.Tell(ctx, tx, n)
}
