package adjustments

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strconv"

	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/packs"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/tenants"
)

// affected is a timesheet that comes to something else, with the item that says
// so.
type affected struct {
	sheet timesheets.Settled
	item  Item
}

// taker is given what a pass finds, some hundreds at a time.
type taker func(found []affected, omitted []Omission) error

// pass prices the settled timesheets of an adjustment again. It is the same
// whether it previews or posts: what is found comes in the same order and leaves
// the same fingerprint.
type pass struct {
	s      *Service
	a      *Adjustment
	shelf  *quotes.Shelf
	grades map[string]packs.Grade
	counts Counts
	print  hash.Hash
	line   []byte // of the fingerprint, kept for its memory
	take   taker
}

// repriced is a timesheet with its price of now.
type repriced struct {
	sheet *timesheets.Settled
	pay   money.Rate
	quote *rates.ShiftQuote
	week  map[rates.Kind]bool // weekly costs that differ; nil: on-costs are flat
}

// reprice runs over everything that an adjustment speaks of.
func (s *Service) reprice(ctx context.Context, tx *tenants.Tx, a *Adjustment, take taker) (Counts, string, error) {
	p := pass{s: s, a: a, print: sha256.New(), take: take}
	var err error
	if p.shelf, err = s.quotes.Shelf(ctx, tx, tx.Me.ID); err != nil {
		return p.counts, "", err
	}
	if p.grades, err = s.packs.GradesByCode(ctx, tx); err != nil {
		return p.counts, "", err
	}
	err = s.timesheets.EachSettled(ctx, tx, a.FromOn, a.ToOn, a.agency(), func(page []timesheets.Settled) error { return p.page(ctx, tx, page) })
	return p.counts, hex.EncodeToString(p.print.Sum(nil)), err
}

// page prices some weeks of persons. Lines are read only where the net differs.
func (p *pass) page(ctx context.Context, tx *tenants.Tx, page []timesheets.Settled) error {
	var differ []repriced
	var omitted []Omission
	for from := 0; from < len(page); {
		to := from + 1
		for to < len(page) && page[to].SameWeek(&page[from]) {
			to++
		}
		found, left, err := p.week(ctx, tx, page[from:to])
		if err != nil {
			return err
		}
		differ, omitted = append(differ, found...), append(omitted, left...)
		from = to
	}
	found, err := p.compare(ctx, tx, differ)
	if err != nil || len(found) == 0 && len(omitted) == 0 {
		return err
	}
	for i := range found {
		p.count(&found[i].item)
	}
	for i := range omitted {
		o := &omitted[i]
		p.counts.Omitted++
		o.Position = p.counts.Omitted
		p.mark(o.TimesheetID[:], o.Code)
	}
	return p.take(found, omitted)
}

// concerns reports whether an adjustment speaks of a timesheet.
func (p *pass) concerns(t *timesheets.Settled) bool {
	day := t.EarnedOn()
	if day.Before(p.a.FromOn) || day.After(p.a.ToOn) {
		return false
	}
	for _, grade := range p.a.Grades {
		if grade == t.Grade {
			return true
		}
	}
	return len(p.a.Grades) == 0
}

// week prices one person's week under one agreement: its shifts together where
// on-costs are weekly, and otherwise each by itself.
func (p *pass) week(ctx context.Context, tx *tenants.Tx, sheets []timesheets.Settled) ([]repriced, []Omission, error) {
	concerned := 0
	for i := range sheets {
		if p.concerns(&sheets[i]) {
			concerned++
		}
	}
	if concerned == 0 {
		return nil, nil, nil
	}
	p.counts.Examined += concerned
	weekly, err := p.shelf.Weekly(ctx, tx, sheets[0].AgreementID)
	if err != nil {
		return nil, nil, err
	}
	if weekly {
		return p.together(ctx, tx, sheets)
	}
	var differ []repriced
	var omitted []Omission
	for i := range sheets {
		t := &sheets[i]
		if !p.concerns(t) {
			continue
		}
		pay := p.pay(t)
		priced, err := p.shelf.Price(ctx, tx, t.Worked(pay))
		if refused, err := refusal(err); err != nil {
			return nil, nil, err
		} else if refused != nil {
			omitted = append(omitted, p.omit(t, refused))
			continue
		}
		if priced[0].Net != t.NetPence {
			differ = append(differ, repriced{sheet: t, pay: pay, quote: &priced[0]})
		}
	}
	return differ, omitted, nil
}

func (p *pass) pay(t *timesheets.Settled) money.Rate {
	if !p.concerns(t) {
		return t.PayRate
	}
	return p.a.payOf(t, p.grades[t.Grade].Band)
}

// together prices a week whose shifts bear its on-costs between them. What comes
// to the same as a whole is left as it is.
func (p *pass) together(ctx context.Context, tx *tenants.Tx, sheets []timesheets.Settled) ([]repriced, []Omission, error) {
	work := make([]quotes.Worked, len(sheets))
	for i := range sheets {
		work[i] = sheets[i].Worked(p.pay(&sheets[i]))
	}
	priced, err := p.shelf.Price(ctx, tx, work...)
	if refused, err := refusal(err); err != nil {
		return nil, nil, err
	} else if refused != nil {
		var omitted []Omission
		for i := range sheets {
			if p.concerns(&sheets[i]) {
				omitted = append(omitted, p.omit(&sheets[i], refused))
			}
		}
		return nil, omitted, nil
	}
	var is, was money.Pence
	for i := range sheets {
		is, was = is+priced[i].Net, was+sheets[i].NetPence
	}
	if is == was {
		return nil, nil, nil
	}
	week := map[rates.Kind]bool{}
	differ := make([]repriced, len(sheets))
	for i := range sheets {
		differ[i] = repriced{sheet: &sheets[i], pay: work[i].Pay, quote: &priced[i], week: week}
	}
	return differ, nil, nil
}

// refusal parts what a price refuses from what has gone wrong.
func refusal(err error) (*fault.Fault, error) {
	if err == nil {
		return nil, nil
	}
	if f := fault.Of(err); f.Kind != fault.Internal && f.Kind != fault.Unavailable {
		return f, nil
	}
	return nil, err
}

func (p *pass) omit(t *timesheets.Settled, why *fault.Fault) Omission {
	return Omission{OwnerID: p.a.OwnerID, AdjustmentID: p.a.ID, TimesheetID: t.ID, TimesheetRef: t.Ref, AgencyID: t.AgencyID, WorkerName: t.WorkerName,
		WorkedOn: t.EarnedOn(), Code: why.Code, Text: why.Text}
}

// compare holds prices against the lines that were settled.
func (p *pass) compare(ctx context.Context, tx *tenants.Tx, differ []repriced) ([]affected, error) {
	if len(differ) == 0 {
		return nil, nil
	}
	ids := make([]tenants.ID, len(differ))
	for i := range differ {
		ids[i] = differ[i].sheet.ID
	}
	settled, err := p.s.timesheets.SettledSums(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	weigh(differ, settled)
	found := make([]affected, 0, len(differ))
	for i := range differ {
		r := &differ[i]
		lines := r.lines(settled[r.sheet.ID])
		if len(lines) == 0 {
			continue
		}
		found = append(found, affected{sheet: *r.sheet, item: p.item(r, lines)})
	}
	return found, nil
}

func (p *pass) item(r *repriced, lines []ItemLine) Item {
	t := r.sheet
	it := Item{OwnerID: p.a.OwnerID, AdjustmentID: p.a.ID, TimesheetID: t.ID, TimesheetRef: t.Ref, AgencyID: t.AgencyID, WorkerName: t.WorkerName,
		Grade: t.Grade, WorkedOn: t.EarnedOn(), PayWas: t.PayRate, PayBecomes: r.pay, WasPence: t.NetPence, BecomesPence: t.NetPence, Lines: lines}
	for i := range lines {
		it.DeltaPence += lines[i].DeltaPence
	}
	it.BecomesPence += it.DeltaPence
	if over := r.quote.OverCap(); over != nil {
		it.OverCap, it.CapSource = over.Over, over.Row.Text()
	}
	return it
}

// count adds an item up and puts it into the fingerprint.
func (p *pass) count(it *Item) {
	p.counts.Affected++
	it.Position = p.counts.Affected
	p.counts.WasPence += it.WasPence
	p.counts.BecomesPence += it.BecomesPence
	p.counts.DeltaPence += it.DeltaPence
	if !it.OverCap.IsZero() {
		p.counts.OverCap++
	}
	p.mark(it.TimesheetID[:], it.PayBecomes.String())
	for i := range it.Lines {
		l := &it.Lines[i]
		p.mark([]byte(l.Kind), string(l.Band), strconv.FormatInt(int64(l.WasPence), 10), strconv.FormatInt(int64(l.BecomesPence), 10),
			string(l.VATCategory), l.VATRate.String())
	}
}

// mark puts a row into the fingerprint.
func (p *pass) mark(head []byte, cells ...string) {
	p.line = append(p.line[:0], head...)
	for _, c := range cells {
		p.line = append(append(p.line, 0), c...)
	}
	p.line = append(p.line, '\n')
	_, _ = p.print.Write(p.line) // a hash takes everything
}
