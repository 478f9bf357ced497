package rates

import (
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
