package rates

import (
	"wardbridge/internal/civil"
	"wardbridge/internal/money"
)

// earnings is what a person has earned in the week so far. Each sum is of
// rounded amounts, so that the shares taken of it telescope exactly.
type earnings struct {
	monday civil.Date
	pay    money.Pence // pay and supplement
	gross  money.Pence // with holiday pay
}

// payrolls are the earnings under each engagement: they are separate
// employments.
type payrolls [len(duty)]earnings

// addOnCosts appends holiday pay and the employer's costs that the engagement
// has, and adds the shift to the week.
func (b *Book) addOnCosts(w *Work, s *ShiftQuote, earned *earnings, has *duties, rows *arena) error {
	if b.OnCosts == Weekly && len(w.Locked) > 0 {
		return b.onTop(w, s, has, rows)
	}
	if monday := s.Date.Monday(); earned.monday != monday {
		*earned = earnings{monday: monday}
	}
	pay := s.Sum(Pay, Supplement)
	var holiday money.Pence
	if has.holiday {
		var err error
		if holiday, err = b.share(w, s, HolidayPay, b.Holiday, earned.pay, pay, rows); err != nil {
			return err
		}
	}
	gross := pay + holiday
	for _, cost := range b.costs(has) {
		if !cost.owed {
			continue
		}
		if _, err := b.share(w, s, cost.kind, cost.rows, earned.gross, gross, rows); err != nil {
			return err
		}
	}
	earned.pay += pay
	earned.gross += gross
	return nil
}

// employerCost is an on-cost that is taken of pay and holiday together.
type employerCost struct {
	owed bool
	kind Kind
	rows []OnCost
}

func (b *Book) costs(has *duties) [3]employerCost {
	return [...]employerCost{{has.ni, EmployerNI, b.EmployerNI}, {has.pension, Pension, b.Pension}, {has.levy, Levy, b.Levy}}
}

// share appends one on-cost, taken of what the shift earns on top of what the
// week had earned before it. A row whose rate is 0 makes no line.
func (b *Book) share(w *Work, s *ShiftQuote, kind Kind, dated []OnCost, before, earns money.Pence, rows *arena) (money.Pence, error) {
	cost := costOn(dated, w.Engagement.orPAYE(), s.Date)
	if cost == nil {
		return 0, missing(names[kind]+" rate", s.Date)
	}
	if cost.Rate.IsZero() {
		return 0, nil
	}
	line := Line{Kind: kind, Factor: cost.Rate, Rows: rows.keep(&cost.Row)}
	if b.OnCosts == Weekly {
		line.Weekly, line.Floor, line.Ceiling = true, cost.Floor, cost.Ceiling
		line.Base, line.Charged = before+earns, cost.on(before)
		line.Amount = cost.on(line.Base) - line.Charged
	} else {
		line.Base = earns
		line.Amount = earns.Times(cost.Rate)
	}
	s.Lines = append(s.Lines, line)
	return line.Amount, nil
}

// addFees appends what is charged by the paid hour besides pay.
func (w *Work) addFees(s *ShiftQuote, rows *arena) {
	for _, fee := range [...]struct {
		kind Kind
		rate money.Rate
		row  *Row
	}{{Commission, w.Commission, &w.CommissionRow}, {FrameworkFee, w.FrameworkFee.Rate, &w.FrameworkFee.Row}, {DirectFee, w.DirectFee.Rate, &w.DirectFee.Row}} {
		if fee.rate.IsZero() {
			continue
		}
		s.Lines = append(s.Lines, Line{
			Kind: fee.kind, Minutes: s.Minutes, Rate: fee.rate, Factor: money.One,
			Amount: money.Pay(fee.rate, money.One, s.Minutes), Rows: rows.keep(given(fee.row)),
		})
	}
}

// addExpenses appends what is passed on as it was spent.
func (w *Work) addExpenses(s *ShiftQuote, rows *arena) {
	for i := range w.Expenses {
		e := &w.Expenses[i]
		s.Lines = append(s.Lines, Line{Kind: Expenses, Name: e.Name, Amount: e.Amount, Rows: rows.keep(given(&e.Row))})
		s.Net += e.Amount
	}
}
