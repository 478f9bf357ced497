package bookings

import (
	"context"
	"fmt"
	"slices"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// What a booking and its hours are called as the subjects of approvals. Each may be
// asked about while the other is waited for.
const bookingKind, hoursKind = "booking", "hours"

// Charged takes what the approved hours of a booking come to. Where they pass a
// limit that the booking did not, or cost more than was agreed of what passes one,
// whoever the matrix names is asked to ratify it, and the booking records it. The
// hours stand all the same: the work is done.
func (s *Service) Charged(ctx context.Context, tx *tenants.Tx, id tenants.ID, q *rates.ShiftQuote) error {
	b, err := lock(ctx, tx, id)
	if err != nil || q.Net <= 0 {
		return err
	}
	besides, err := s.OnDay(ctx, tx, b.TenantID, b.WorkerID, q.Date, &b)
	if err != nil {
		return err
	}
	needs, err := s.quotes.NeedsOf(ctx, tx, quotes.Priced{TenantID: b.TenantID, AgreementID: b.AgreementID, StaffGroup: b.StaffGroup, Grade: b.Grade, Quote: q, SameDay: besides})
	if err != nil || b.covers(needs, q) {
		return err
	}
	b.passed(needs, q)
	if needs, err = s.binding(ctx, tx, needs); err != nil || len(needs) == 0 {
		return err
	}
	if err := saveCharge(ctx, tx, &b); err != nil {
		return fmt.Errorf("booking %s: %w", id, err)
	}
	return s.askAboutHours(ctx, tx, &b, q, needs)
}

// covers reports that a price passes and costs no more than what was agreed, on
// which whatever was asked rests.
func (b *Booking) covers(needs []approvals.Condition, q *rates.ShiftQuote) bool {
	agreed, _ := ToAsk(&b.Quote)
	now, _ := ToAsk(q)
	if now.Cmp(agreed) > 0 || q.Net > b.NetPence {
		return false
	}
	return !slices.ContainsFunc(needs, func(c approvals.Condition) bool { return !slices.Contains(b.Conditions, c) })
}

// passed adds to the booking what its hours passed, so that a return counts it once.
func (b *Booking) passed(needs []approvals.Condition, q *rates.ShiftQuote) {
	conditions := []approvals.Condition{}
	for _, c := range approvals.Conditions {
		if slices.Contains(b.Conditions, c) || slices.Contains(needs, c) {
			conditions = append(conditions, c)
		}
	}
	b.Conditions = conditions
	if q.Highest.Cmp(b.HighestCharge) > 0 {
		b.HighestCharge = q.Highest
	}
}

// askAboutHours asks as whoever approved the hours. What the rules want shown is
// taken from what was shown for the booking. What was not is said to be missing, for
// nobody could know before the work that it would be needed; whoever answers judges.
func (s *Service) askAboutHours(ctx context.Context, tx *tenants.Tx, b *Booking, q *rates.ShiftQuote, needs []approvals.Condition) error {
	shift, err := s.shifts.Get(ctx, tx, b.ShiftID.String())
	if err != nil {
		return err
	}
	before, err := s.asked(ctx, tx, b)
	if err != nil {
		return err
	}
	rate, most := ToAsk(q)
	ask := approvals.Draft{Subject: approvals.Subject{Kind: hoursKind, ID: b.ID, Ref: b.Ref}, Title: "Ratify the hours of " + b.WorkerName + " on shift " + shift.Ref,
		Href: "/shifts/" + shift.Ref, WardID: &b.WardID, Conditions: needs, Rate: rate, Cap: most, Total: q.Net, About: b.WorkerID, Reason: before.Reason,
		Statement: "Approved as worked: " + worked(q.Start, q.End, q.Net) + ". Agreed were " + worked(b.StartsAt, b.EndsAt, b.NetPence) + "."}
	if ask.Reason == "" {
		ask.Reason = "other"
	}
	wanted, err := s.approvals.Wanted(ctx, tx, needs)
	if err != nil {
		return err
	}
	for _, name := range wanted {
		shown := approvals.Evidence{Name: name, Text: "Not shown: before the hours were worked nobody knew that it would be needed."}
		if i := slices.IndexFunc(before.Evidence, func(e approvals.Evidence) bool { return e.Name == name }); i >= 0 {
			shown = before.Evidence[i]
		}
		ask.Evidence = append(ask.Evidence, shown)
	}
	if ask.Figures, err = s.figures(ctx, tx, b, q, needs); err != nil {
		return err
	}
	_, err = s.approvals.Ask(ctx, tx, ask)
	return err
}

// asked is what was asked about the booking itself; a zero request if nothing was.
func (s *Service) asked(ctx context.Context, tx *tenants.Tx, b *Booking) (approvals.Request, error) {
	if b.ApprovalID != nil {
		r, _, err := s.approvals.Get(ctx, tx, *b.ApprovalID)
		return r, err
	}
	all, err := s.approvals.For(ctx, tx, approvals.Subject{Kind: bookingKind, ID: b.ID})
	if err != nil || len(all) == 0 {
		return approvals.Request{}, err
	}
	return all[0], nil
}

// figures are the exact numbers that an answer rests on.
func (s *Service) figures(ctx context.Context, tx *tenants.Tx, b *Booking, q *rates.ShiftQuote, needs []approvals.Condition) (map[string]string, error) {
	f, err := s.quotes.Grounds(ctx, tx, needs, b.TenantID, b.StaffGroup, b.Grade, q.Date)
	if err != nil {
		return nil, err
	}
	f["pay_rate"], f["commission"], f["card_id"], f["highest_charge"] = b.PayRate.String(), b.Commission.String(), b.CardID.String(), q.Highest.String()
	return f, nil
}

func worked(start, end time.Time, net money.Pence) string {
	return civil.DateOf(start).Text() + ", " + civil.Between(start, end) + ", for " + net.String() + " before VAT"
}

// HoldDay lets one caller at a time add up a person's day and book them on it.
func (s *Service) HoldDay(ctx context.Context, tx *tenants.Tx, employer, worker tenants.ID, day civil.Date) error {
	return holdDay(ctx, tx, employer, worker, day)
}

// OnDay is what an employer is charged for a person's live bookings that start on a
// day, as far as the party sees them. With a booking it is what had been agreed
// before that one. Nobody in particular is booked for nothing.
func (s *Service) OnDay(ctx context.Context, tx *tenants.Tx, employer, worker tenants.ID, day civil.Date, than *Booking) (sum money.Pence, err error) {
	if worker == (tenants.ID{}) {
		return 0, nil
	}
	booked, _, err := s.List(ctx, tx, Filter{Worker: worker, From: day, To: day, Limit: 50})
	for _, b := range booked {
		if b.TenantID == employer && b.Live() && (than == nil || b.ID != than.ID && b.ConfirmedAt.Before(than.ConfirmedAt)) {
			sum += b.NetPence
		}
	}
	return sum, err
}

// Ratifications says where bookings stand whose work is not held up by an approval:
// those that were made or worked before somebody higher was asked, and those whose
// approval was given out of hours. A refusal stands for all; the booking stands too.
func (s *Service) Ratifications(ctx context.Context, tx *tenants.Tx, all []Booking) (map[tenants.ID]approvals.State, error) {
	if tx.Me.Kind != tenants.Trust && tx.Me.Kind != tenants.Hub || len(all) == 0 {
		return nil, nil
	}
	var ids, granted []tenants.ID
	for i := range all {
		ids = append(ids, all[i].ID)
		if all[i].ApprovalID != nil {
			granted = append(granted, *all[i].ApprovalID)
		}
	}
	found, err := s.approvals.Standings(ctx, tx, []string{bookingKind, hoursKind}, ids, granted)
	by := map[tenants.ID]approvals.State{}
	for i := range all {
		states := []approvals.State{found[all[i].ID]}
		if all[i].ApprovalID != nil {
			states = append(states, found[*all[i].ApprovalID])
		}
		by[all[i].ID] = approvals.Worst(states...)
	}
	return by, err
}
