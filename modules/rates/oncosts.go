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

// addOnCosts appends holiday pay and the employer's costs, and adds the shift
// to the week.
func (b *Book) addOnCosts(s *ShiftQuote, earned *earnings, rows *arena) error {
	if monday := s.Date.Monday(); earned.monday != monday {
		*earned = earnings{monday: monday}
	}
	pay := s.Sum(Pay, Supplement)
	holiday, err := b.share(s, HolidayPay, b.Holiday, earned.pay, pay, rows)
	if err != nil {
		return err
	}
	gross := pay + holiday
	for _, cost := range [...]struct {
		kind Kind
		rows []OnCost
	}{{EmployerNI, b.EmployerNI}, {Pension, b.Pension}, {Levy, b.Levy}} {
		if _, err := b.share(s, cost.kind, cost.rows, earned.gross, gross, rows); err != nil {
			return err
		}
	}
	earned.pay += pay
	earned.gross += gross
	return nil
}

// share appends one on-cost, taken of what the shift earns on top of what the
// week had earned before it. A row whose rate is 0 makes no line.
func (b *Book) share(s *ShiftQuote, kind Kind, dated []OnCost, before, earns money.Pence, rows *arena) (money.Pence, error) {
	cost := inForce(dated, s.Date)
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
