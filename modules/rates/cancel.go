package rates

import (
	"time"

	"wardbridge/internal/money"
)

// CancellationRule is what is charged for a shift that is called off with at
// least this notice before its start, up to the next rule's. The rules that
// start on one date are one table, and the latest table on or before the date
// of the shift is in force. The charge is a share of the price that the shift
// would have had, or, where Minutes are given, of so many minutes of it.
type CancellationRule struct {
	Row
	Notice  int // minutes before the start
	Share   money.Factor
	Minutes int // of the shift's paid ones at most; 0: all of them
}

// cancel puts the charge for calling off in place of the lines of the shift.
func (b *Book) cancel(w *Work, s *ShiftQuote, rows *arena) error {
	notice := max(0, int(w.Start.Sub(w.CancelledAt)/time.Minute))
	rule := b.cancellationOn(s, notice)
	if rule == nil {
		return missing("charge for cancelling with this notice", s.Date)
	}
	minutes := s.Minutes
	if rule.Minutes > 0 {
		minutes = min(minutes, rule.Minutes)
	}
	charge := money.Pence(money.RoundHalfUp(int64(s.Net)*int64(minutes), millionths(rule.Share), int64(s.Minutes)*million))
	from := rows.mark()
	rows.add(from, &rule.Row)
	for _, used := range rows.rows[:from] { // what the shift would have cost rests on them
		rows.add(from, used)
	}
	s.Lines = append(s.Lines[:0], Line{
		Kind: Cancellation, Notice: notice, Base: s.Net, Factor: rule.Share, Minutes: minutes, Of: s.Minutes,
		Amount: charge, Rows: rows.since(from),
	})
	s.Minutes, s.BreakMinutes, s.Net = 0, 0, charge
	s.Cancelled = true
	return nil
}

// cancellationOn is the rule with the longest notice that was given.
func (b *Book) cancellationOn(s *ShiftQuote, notice int) (found *CancellationRule) {
	latest := inForce(b.Cancellation, s.Date)
	if latest == nil {
		return nil
	}
	for i := range b.Cancellation {
		r := &b.Cancellation[i]
		if r.From != latest.From || r.Notice > notice {
			continue
		}
		if found == nil || r.Notice > found.Notice || r.Notice == found.Notice && r.supersedes(&found.Row) {
			found = r
		}
	}
	return found
}
