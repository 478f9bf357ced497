package rates

import (
	"slices"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
)

// TrueUp is the difference between what the shifts of one person's week were
// charged in on-costs and what the week's own earnings come to, with the
// thresholds taken once. It is below zero when the shifts were charged too
// much.
type TrueUp struct {
	Monday civil.Date  `json:"monday"`
	Lines  []Line      `json:"lines"` // one for each cost that differs
	Amount money.Pence `json:"amount_pence"`
}

// TrueUps settles the weeks of one person in one employment. Quotes are the
// shifts as they were charged, by whichever method, in any order; one that
// comes late and was priced alone is settled with the others. Weeks that
// already agree are left out. VAT follows the rules of the week's last shift,
// which the caller's work stands for.
func TrueUps(as Work, charged []ShiftQuote, book Book) ([]TrueUp, error) {
	if err := book.terms(); err != nil {
		return nil, err
	}
	duties, known := as.Engagement.duties()
	if !known {
		return nil, ErrEngagement
	}
	book.OnCosts = Weekly
	stand := make([]Work, len(charged))
	for i := range charged {
		stand[i] = Work{ID: charged[i].ID, Start: charged[i].Start}
	}
	var all []TrueUp
	var earned earnings
	for _, i := range inOrderOfStart(stand) {
		s := &charged[i]
		if s.Cancelled {
			continue
		}
		own := ShiftQuote{Date: s.Date, Lines: []Line{{Kind: Pay, Amount: s.Sum(Pay, Supplement)}}}
		if err := book.addOnCosts(&as, &own, &earned, duties, &arena{}); err != nil {
			return nil, err
		}
		if len(all) == 0 || all[len(all)-1].Monday != earned.monday {
			all = append(all, TrueUp{Monday: earned.monday})
		}
		week := &all[len(all)-1]
		for j := range own.Lines[1:] {
			week.owe(&own.Lines[1+j])
		}
		for j := range s.Lines {
			week.bear(&s.Lines[j])
		}
		if err := book.taxWeek(&as, s.Date, week); err != nil {
			return nil, err
		}
	}
	return settled(all), nil
}

// line of a cost in the week, made when it is first met.
func (t *TrueUp) line(kind Kind) *Line {
	for i := range t.Lines {
		if t.Lines[i].Kind == kind {
			return &t.Lines[i]
		}
	}
	t.Lines = append(t.Lines, Line{Kind: kind, Weekly: true, TrueUp: true})
	return &t.Lines[len(t.Lines)-1]
}

// owe adds what a shift brings to the week's own figure.
func (t *TrueUp) owe(own *Line) {
	line := t.line(own.Kind)
	line.Base, line.Factor, line.Floor, line.Ceiling, line.Rows = own.Base, own.Factor, own.Floor, own.Ceiling, own.Rows
	line.Amount += own.Amount
}

// bear takes off what a shift was charged.
func (t *TrueUp) bear(line *Line) {
	switch line.Kind {
	case HolidayPay, EmployerNI, Pension, Levy:
		own := t.line(line.Kind)
		own.Charged += line.Amount
		own.Amount -= line.Amount
	}
}

func (b *Book) taxWeek(as *Work, d civil.Date, week *TrueUp) error {
	for i := range week.Lines {
		if err := b.decide(as, &week.Lines[i], d); err != nil {
			return err
		}
	}
	return nil
}

// settled keeps what differs and adds it up.
func settled(all []TrueUp) []TrueUp {
	kept := all[:0]
	for _, week := range all {
		lines := week.Lines[:0]
		for _, line := range week.Lines {
			if line.Amount != 0 {
				lines = append(lines, line)
				week.Amount += line.Amount
			}
		}
		if week.Lines = lines; len(lines) > 0 {
			kept = append(kept, week)
		}
	}
	return kept
}

// Day is what a person's shifts that began on one date came to, by kind of line,
// once their prices were locked.
type Day struct {
	Date civil.Date
	Sums map[Kind]money.Pence
}

// onTop appends the on-costs of a shift of a week whose other shifts are locked:
// of each, what the week comes to when all of it is priced together, less what
// the others bear. When they all began before it, that is its own share.
func (b *Book) onTop(w *Work, s *ShiftQuote, has *duties, rows *arena) error {
	earned, due, err := b.week(w, s, has)
	if err != nil {
		return err
	}
	if has.holiday {
		b.rest(w, s, HolidayPay, b.Holiday, earned.pay, due[HolidayPay], rows)
	}
	for _, cost := range b.costs(has) {
		if cost.owed {
			b.rest(w, s, cost.kind, cost.rows, earned.gross, due[cost.kind], rows)
		}
	}
	return nil
}

// week prices the locked days together with the shift, each by the rows of its
// own date, and gives what is not borne yet. Work of one date has the same rows,
// so its order within the day makes no difference.
func (b *Book) week(w *Work, s *ShiftQuote, has *duties) (earned earnings, due map[Kind]money.Pence, err error) {
	days := append(slices.Clone(w.Locked), Day{s.Date, map[Kind]money.Pence{Pay: s.Sum(Pay, Supplement)}})
	slices.SortStableFunc(days, func(x, y Day) int { return x.Date.Compare(y.Date) })
	alone := Work{Engagement: w.Engagement}
	due = map[Kind]money.Pence{}
	for i := range days {
		day := &days[i]
		own := ShiftQuote{Date: day.Date, Lines: []Line{{Kind: Pay, Amount: day.Sums[Pay] + day.Sums[Supplement]}}}
		if err := b.addOnCosts(&alone, &own, &earned, has, &arena{}); err != nil {
			return earned, nil, err
		}
		for j := range own.Lines[1:] {
			due[own.Lines[1+j].Kind] += own.Lines[1+j].Amount
		}
		for _, kind := range [...]Kind{HolidayPay, EmployerNI, Pension, Levy} {
			due[kind] -= day.Sums[kind]
		}
	}
	return earned, due, nil
}

// rest appends what is left of one of the week's on-costs. Charged is the
// remainder of the share at the rate of the shift's own date.
func (b *Book) rest(w *Work, s *ShiftQuote, kind Kind, dated []OnCost, earned, due money.Pence, rows *arena) {
	cost := costOn(dated, w.Engagement.orPAYE(), s.Date) // there is one: the week has been priced
	if cost.Rate.IsZero() && due == 0 {
		return
	}
	s.Lines = append(s.Lines, Line{
		Kind: kind, Weekly: true, Factor: cost.Rate, Floor: cost.Floor, Ceiling: cost.Ceiling, Rows: rows.keep(&cost.Row),
		Base: earned, Charged: cost.on(earned) - due, Amount: due,
	})
}
