package rates

import (
	"wardbridge/internal/money"
)

// Shortened says what a session is paid that ends before its time.
type Shortened string

// By the hour, a short session is paid its minutes at the hourly rate. In full,
// it keeps the fee.
const (
	ShortByTheHour Shortened = "by_the_hour"
	ShortInFull    Shortened = "in_full"
)

// SessionRule is how the sessions of self-employed GPs are paid from a date.
// Time beyond the session is paid by the hour. Grace is how many minutes either
// way change nothing. The pension contribution is taken of the pensionable part
// of the fee and paid on top.
type SessionRule struct {
	Row
	Minutes     int // the length of a session
	Grace       int
	Short       Shortened
	Pensionable money.Factor // part of the fee that counts for the pension
	Pension     money.Factor // the employer's contribution on it
}

// segment is a whole session: it has no bands.
func (w *Work) sessionSegment(hourly money.Rate) Segment {
	return Segment{Interval: Interval{w.Start, w.End}, Band: Core, Rate: hourly, Factor: money.One, payRow: given(&w.PayRow)}
}

// session prices a GP session. The hourly rate is the work's own, or else what
// an hour of a session comes to, to four places.
func (b *Book) session(w *Work, s *ShiftQuote, breaks []Interval, rows *arena) error {
	rule := inForce(b.Sessions, s.Date)
	if rule == nil || rule.Minutes <= 0 {
		return missing("rule for GP sessions", s.Date)
	}
	hourly := w.Pay
	if hourly.IsZero() {
		hourly = w.SessionFee.PerHour(rule.Minutes)
	}
	s.Segments = []Segment{w.sessionSegment(hourly)}
	if len(breaks) > 0 && b.BreakRule == BreakActual {
		s.Segments = without(s.Segments, breaks)
	}
	booked := w.Sessions * rule.Minutes
	from := rows.mark()
	rows.add(from, given(&w.PayRow))
	rows.add(from, &rule.Row)
	used := rows.since(from)
	byHour, minutes := s.Minutes-booked, booked
	switch {
	case byHour < -rule.Grace && rule.Short == ShortByTheHour:
		byHour, minutes = s.Minutes, 0
	case byHour <= rule.Grace:
		byHour, minutes = 0, s.Minutes
	}
	if minutes > 0 {
		s.Lines = append(s.Lines, Line{
			Kind: Session, Minutes: minutes, Units: w.Sessions, Base: w.SessionFee, Rows: used,
			Amount: w.SessionFee * money.Pence(w.Sessions),
		})
	}
	if byHour > 0 {
		s.Lines = append(s.Lines, Line{
			Kind: Session, Minutes: byHour, Rate: hourly, Factor: money.One, Rows: used,
			Amount: money.Pay(hourly, money.One, byHour),
		})
	}
	if w.Pensionable && !rule.Pension.IsZero() {
		fee := s.Sum(Session)
		counts := fee.Times(rule.Pensionable)
		s.Lines = append(s.Lines, Line{
			Kind: Pension, Factor: rule.Pension, Base: counts, Whole: fee, Part: rule.Pensionable, Rows: rows.keep(&rule.Row),
			Amount: counts.Times(rule.Pension),
		})
	}
	return nil
}
