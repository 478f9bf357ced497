package notices

import (
	"context"
	"fmt"
	"strings"

	"wardbridge/modules/cascade"
	"wardbridge/modules/proposals"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
)

const (
	countMost = 200 // shifts of one release that are counted
	listMost  = 5   // and that are listed
)

// onReleased tells an agency of the shifts that one step of the cascade opened
// to it, all in one notice. What has closed again by now is not mentioned.
func (s *Service) onReleased(ctx context.Context, tx *tenants.Tx, e cascade.Released) error {
	offers, more, err := s.rooms.Cascade.Open(ctx, tx, cascade.Filter{Tenant: e.Tenant, OpenedFrom: e.From, OpenedTo: e.To, Limit: countMost})
	if err != nil || len(offers) == 0 {
		return err
	}
	employer, err := s.name(ctx, tx, e.Tenant)
	if err != nil {
		return err
	}
	href, err := s.home(ctx, tx)
	if err != nil {
		return err
	}
	href += "/shifts"
	title := fmt.Sprintf("%d shifts have been released to you at %s.", len(offers), employer)
	switch {
	case more != "":
		title = fmt.Sprintf("More than %d shifts have been released to you at %s.", countMost, employer)
	case len(offers) == 1:
		title = fmt.Sprintf("Shift %s has been released to you at %s.", offers[0].Shift.Ref, employer)
		href += "/" + offers[0].Shift.Ref
	}
	lines := make([]string, 0, listMost+1)
	for i, o := range offers {
		if i == listMost {
			lines = append(lines, fmt.Sprintf("and %d more", len(offers)-listMost))
			break
		}
		where, err := s.where(ctx, tx, o.Shift)
		if err != nil {
			return err
		}
		lines = append(lines, o.Shift.Ref+": "+where)
	}
	return s.Tell(ctx, tx, Notice{Kind: "shift.released", Title: title, Text: strings.Join(lines, "\n"), Href: href, Roles: consultants,
		Once: fmt.Sprintf("shift.released:%s:%d:%d", e.Tenant, e.From.UnixMicro(), e.To.UnixMicro())})
}

// onProposed tells an employer that a worker waits for an answer.
func (s *Service) onProposed(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	p, sh, err := s.proposal(ctx, tx, id)
	if err != nil || p.Status != proposals.StatusSubmitted {
		return err
	}
	agency, err := s.name(ctx, tx, p.AgencyID)
	if err != nil {
		return err
	}
	return s.aboutShift(ctx, tx, sh, Notice{Kind: "proposal.submitted", Once: "proposal.submitted:" + id.String(), Roles: deciders,
		Title: fmt.Sprintf("%s proposes %s for shift %s.", agency, p.WorkerName, sh.Ref)}, "")
}

func (s *Service) onWithdrawn(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	p, sh, err := s.proposal(ctx, tx, id)
	if err != nil || p.Status != proposals.StatusWithdrawn {
		return err
	}
	agency, err := s.name(ctx, tx, p.AgencyID)
	if err != nil {
		return err
	}
	return s.aboutShift(ctx, tx, sh, Notice{Kind: "proposal.withdrawn", Once: "proposal.withdrawn:" + id.String(), Roles: deciders,
		Title: fmt.Sprintf("%s has withdrawn %s from shift %s.", agency, p.WorkerName, sh.Ref)}, "")
}

// onAnswered tells an agency what became of its proposal, if that still holds.
func (s *Service) onAnswered(ctx context.Context, tx *tenants.Tx, id tenants.ID, as proposals.Status) error {
	p, sh, err := s.proposal(ctx, tx, id)
	if err != nil || p.Status != as {
		return err
	}
	return s.aboutShift(ctx, tx, sh, Notice{Kind: "proposal." + string(as), Once: fmt.Sprintf("proposal.%s:%s", as, id), Roles: consultants,
		Title: fmt.Sprintf("Your proposal of %s for shift %s was %s.", p.WorkerName, sh.Ref, as)}, p.DecisionReason)
}

// onClosed tells an agency that its proposals for a shift ended unanswered.
func (s *Service) onClosed(ctx context.Context, tx *tenants.Tx, e proposals.Closed) error {
	if len(e.Proposals) == 0 {
		return nil
	}
	var names []string
	var reason string
	for _, id := range e.Proposals {
		p, err := s.rooms.Proposals.Get(ctx, tx, id.String())
		if err != nil {
			return err
		}
		names, reason = append(names, p.WorkerName), p.DecisionReason
	}
	sh, err := s.shift(ctx, tx, e.Shift)
	if err != nil {
		return err
	}
	home, err := s.home(ctx, tx)
	if err != nil {
		return err
	}
	did := "was closed"
	if e.Why == proposals.StatusExpired {
		did = "has expired"
	}
	return s.aboutShift(ctx, tx, sh, Notice{Kind: "proposal." + string(e.Why), Once: "proposal.closed:" + e.Proposals[0].String(), Roles: consultants,
		Href: home + "/proposals", Title: fmt.Sprintf("Your proposal of %s for shift %s %s.", strings.Join(names, ", "), sh.Ref, did)}, reason)
}

func (s *Service) proposal(ctx context.Context, tx *tenants.Tx, id tenants.ID) (proposals.Proposal, shifts.Shift, error) {
	p, err := s.rooms.Proposals.Get(ctx, tx, id.String())
	if err != nil {
		return p, shifts.Shift{}, err
	}
	sh, err := s.shift(ctx, tx, p.ShiftID)
	return p, sh, err
}

// aboutShift tells a notice with the shift's place and time under it, after the
// reason if somebody gave one, and leads to the shift unless it leads elsewhere.
func (s *Service) aboutShift(ctx context.Context, tx *tenants.Tx, sh shifts.Shift, n Notice, reason string) error {
	where, err := s.where(ctx, tx, sh)
	if err != nil {
		return err
	}
	n.Text = strings.TrimPrefix(reason+"\n"+where, "\n")
	if n.Href == "" {
		home, err := s.home(ctx, tx)
		if err != nil {
			return err
		}
		n.Href = home + "/shifts/" + sh.Ref
	}
	if tx.Me.Kind.Employer() {
		n.WardID = &sh.WardID
	}
	return s.Tell(ctx, tx, n)
}
