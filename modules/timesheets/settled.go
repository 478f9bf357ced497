package timesheets

import (
	"context"
	"fmt"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// Settled is an approved timesheet as it stands now: its hours, the rates that
// count, and what it has come to with everything posted to it since.
type Settled struct {
	ID           tenants.ID
	Ref          string
	AgencyID     tenants.ID
	WorkerID     tenants.ID
	AgreementID  tenants.ID
	BookingID    tenants.ID
	SiteID       tenants.ID
	StaffGroup   string
	Grade        string
	WorkerName   string
	WeekOn       civil.Date // Monday
	StartsAt     time.Time
	EndsAt       time.Time
	BreakMinutes int
	Breaks       []Break `bun:"breaks,type:jsonb"`
	NetPence     money.Pence
	PostedRate   *money.Rate // of the latest adjustment

	AgreedRate money.Rate `bun:"-"` // that the booking was made at
	PayRate    money.Rate `bun:"-"` // that counts now
	Commission money.Rate `bun:"-"`

	AgreedBands rates.Bands `bun:"-"` // rates of whole bands, beside AgreedRate
}

// EarnedOn is the local date on which the work began.
func (t *Settled) EarnedOn() civil.Date { return civil.DateOf(t.StartsAt) }

// Worked is the timesheet as a price is asked for it, at some pay rate.
func (t *Settled) Worked(pay money.Rate) quotes.Worked {
	w := quotes.Worked{ID: t.ID, AgreementID: t.AgreementID, SiteID: t.SiteID, StaffGroup: t.StaffGroup, Grade: t.Grade, Start: t.StartsAt, End: t.EndsAt,
		Break: t.BreakMinutes, Pay: pay, Commission: t.Commission,
		Bands: rates.Bands{Low: t.AgreedBands.Low.InProportion(pay, t.AgreedRate), High: t.AgreedBands.High.InProportion(pay, t.AgreedRate)}}
	for _, taken := range t.Breaks {
		w.Breaks = append(w.Breaks, rates.Interval{Start: taken.StartsAt, End: taken.EndsAt})
	}
	return w
}

// SameWeek reports that two timesheets are of one person's week under one
// agreement.
func (t *Settled) SameWeek(o *Settled) bool {
	return t.WeekOn == o.WeekOn && t.AgreementID == o.AgreementID && t.WorkerID == o.WorkerID
}

// settledAtOnce is how many timesheets are held at a time.
const settledAtOnce = 1000

// EachSettled gives the employer's approved timesheets whose work began in the
// weeks of two dates, some whole weeks of persons at a time: a week of one person
// under one agreement is never parted. It holds about a thousand however many
// there are. A zero agency is every agency.
func (s *Service) EachSettled(ctx context.Context, tx *tenants.Tx, from, to civil.Date, agency tenants.ID, fn func([]Settled) error) error {
	var after Settled
	after.WeekOn = from.Monday().AddDays(-1)
	var held []Settled
	for {
		page, err := settledAfter(ctx, tx, &after, to.Monday(), agency, settledAtOnce)
		if err != nil {
			return err
		}
		if err := s.agreed(ctx, tx, page); err != nil {
			return err
		}
		held = append(held, page...)
		whole := len(held)
		if len(page) == settledAtOnce { // the last week may go on
			after = held[len(held)-1]
			for whole > 0 && held[whole-1].SameWeek(&after) {
				whole--
			}
		}
		if whole > 0 {
			if err := fn(held[:whole]); err != nil {
				return err
			}
		}
		if len(page) < settledAtOnce {
			return nil
		}
		held = append(make([]Settled, 0, settledAtOnce+len(held)-whole), held[whole:]...)
	}
}

// HoldWeeks keeps approvals under weekly on-costs away from the weeks of two
// dates in which the employer has settled hours, until the unit of work ends: who
// posts to them takes it before reading what they have come to. One that is under
// way is waited for. A zero agency is every agency.
func (s *Service) HoldWeeks(ctx context.Context, tx *tenants.Tx, from, to civil.Date, agency tenants.ID) error {
	return holdWeeks(ctx, tx, from, to, agency)
}

// agreed fills in the rates of the bookings.
func (s *Service) agreed(ctx context.Context, tx *tenants.Tx, page []Settled) error {
	ids := make([]tenants.ID, len(page))
	for i := range page {
		ids[i] = page[i].BookingID
	}
	by, err := s.bookings.Agreed(ctx, tx, ids)
	if err != nil {
		return err
	}
	for i := range page {
		t := &page[i]
		b, found := by[t.BookingID]
		if !found {
			return fmt.Errorf("timesheet %s: its booking is not seen", t.ID)
		}
		t.AgreedRate, t.PayRate, t.Commission = b.PayRate, b.PayRate, b.Commission
		t.AgreedBands = b.Bands
		if t.PostedRate != nil {
			t.PayRate = *t.PostedRate
		}
	}
	return nil
}

// Sum is what a timesheet has come to in one kind and band of lines, with the
// VAT that was decided for them.
type Sum struct {
	TimesheetID tenants.ID
	Kind        rates.Kind
	Band        rates.Band
	AmountPence money.Pence
	Approved    bool           // the timesheet was approved with lines of it, which decide its VAT; else all of it was posted since
	VATCategory rates.Category `bun:"vat_category"`
	VATRate     money.Factor   `bun:"vat_rate"`
	VATReason   string         `bun:"vat_reason"`
	VATSource   string         `bun:"vat_source"`
}

// SettledSums are the lines of approved timesheets with everything posted to
// them, by kind and band.
func (s *Service) SettledSums(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) (map[tenants.ID][]Sum, error) {
	rows, err := settledSums(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	by := make(map[tenants.ID][]Sum, len(ids))
	for from := 0; from < len(rows); {
		to := from + 1
		for to < len(rows) && rows[to].TimesheetID == rows[from].TimesheetID {
			to++
		}
		by[rows[from].TimesheetID] = rows[from:to:to]
		from = to
	}
	return by, nil
}

// settledAfter reads the next page in the order of weeks, agreements and persons.
func settledAfter(ctx context.Context, tx *tenants.Tx, after *Settled, last civil.Date, agency tenants.ID, limit int) ([]Settled, error) {
	rows := make([]Settled, 0, limit)
	err := tx.Often(ctx, &rows, `
		select t.id, t.ref, t.agency_id, t.worker_id, t.agreement_id, t.booking_id, t.site_id, t.staff_group, t.grade, t.worker_name, t.week_on,
		       t.starts_at, t.ends_at, t.break_minutes, t.breaks, t.net_pence + coalesce(p.pence, 0) as net_pence, p.rate as posted_rate
		from   timesheets t
		left   join lateral (
		       select sum(a.net_pence)::bigint as pence, (array_agg(a.pay_rate order by a.posted_at desc, a.id desc))[1] as rate
		       from   timesheet_adjustments a
		       where  a.timesheet_id = t.id) p on true
		where  t.tenant_id = $1
		       and t.approved_at is not null
		       and (t.week_on, t.agreement_id, t.worker_id, t.id) > ($2, $3, $4, $5)
		       and t.week_on <= $6
		       and ($7 = '00000000-0000-0000-0000-000000000000'::uuid or t.agency_id = $7)
		order  by t.week_on, t.agreement_id, t.worker_id, t.id
		limit  $8`, tx.Me.ID, after.WeekOn.String(), after.AgreementID, after.WorkerID, after.ID, last.String(), agency, limit)
	if err != nil {
		return nil, fmt.Errorf("settled timesheets: %w", err)
	}
	return rows, nil
}

func settledSums(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) (rows []Sum, err error) {
	rows = make([]Sum, 0, 8*len(ids))
	err = tx.Often(ctx, &rows, `
		select timesheet_id, kind, band, sum(amount_pence)::bigint as amount_pence, bool_or(approved) as approved,
		       min(vat_category) as vat_category, min(vat_rate) as vat_rate, min(vat_reason) as vat_reason, min(vat_source) as vat_source
		from   (select timesheet_id, kind, band, amount_pence, true as approved, vat_category, vat_rate, vat_reason, vat_source
		        from   timesheet_lines
		        where  tenant_id = $1 and timesheet_id = any ($2)
		        union  all
		        select timesheet_id, kind, band, amount_pence, false, vat_category, vat_rate, vat_reason, vat_source
		        from   timesheet_adjustment_lines
		        where  tenant_id = $1 and timesheet_id = any ($2)) settled
		group  by timesheet_id, kind, band
		order  by timesheet_id, kind, band`, tx.Me.ID, ids)
	if err != nil {
		return nil, fmt.Errorf("settled lines: %w", err)
	}
	return rows, nil
}
