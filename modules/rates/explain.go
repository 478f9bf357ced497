package rates

import (
	"strings"

	"wardbridge/internal/civil"
)

// names are the lines as a sentence calls them.
var names = map[Kind]string{
	Pay: "pay", Supplement: "supplement", HolidayPay: "holiday pay", EmployerNI: "employer's National Insurance",
	Pension: "pension", Levy: "apprenticeship levy", Commission: "agency commission", VAT: "VAT",
}

// Explanation is a line in words, for the page that answers "why this price".
type Explanation struct {
	Line  Line
	Title string   // Core hours, Unsocial hours, Holiday pay, VAT
	Times []string // pay: the stretches of the shift it is for, 20:00 to 00:00
	Why   string   // the sum, 4h at £19.97 × 1.3 = £103.84
	Note  string   // what else a reader should know, or nothing
}

// Explain puts every line in words. Its cost is that of the words, so it is
// asked for one shift at a time.
func (s *ShiftQuote) Explain() []Explanation {
	told := make([]Explanation, 0, len(s.Lines))
	for _, line := range s.Lines {
		e := Explanation{Line: line, Title: line.Title(), Why: line.Why()}
		if line.Kind == Pay {
			e.Times, e.Note = s.times(&line)
		}
		if line.Kind == VAT {
			e.Note = line.Reason
		}
		told = append(told, e)
	}
	return told
}

// times are the stretches of a pay line, neighbours joined, and what made them
// its own.
func (s *ShiftQuote) times(line *Line) (times []string, note string) {
	var open Interval
	flush := func() {
		if open.Start.Before(open.End) {
			times = append(times, civil.Between(open.Start, open.End))
		}
	}
	var notes []string
	remark := func(n string) {
		if len(notes) == 0 || notes[len(notes)-1] != n {
			notes = append(notes, n)
		}
	}
	for i := range s.Segments {
		seg := &s.Segments[i]
		if !line.holds(seg) {
			continue
		}
		if seg.PublicDay != "" {
			remark(seg.PublicDay + ".")
		}
		if seg.Raised {
			remark("More than half of the shift is unsocial, so all of it is paid as unsocial.")
		}
		if seg.Start.Equal(open.End) {
			open.End = seg.End
			continue
		}
		flush()
		open = seg.Interval
	}
	flush()
	if line.BreakMinutes > 0 {
		remark(civil.Span(line.BreakMinutes) + " of the unpaid break was taken from here.")
	}
	return times, strings.Join(notes, " ")
}

// Title names the line as a heading does.
func (l *Line) Title() string {
	if l.Kind == Pay {
		switch l.Band {
		case Low:
			return "Unsocial hours"
		case High:
			return "Sundays and bank holidays"
		}
		return "Core hours"
	}
	name := names[l.Kind]
	return strings.ToUpper(name[:1]) + name[1:]
}

// Why is the sum behind the amount, in one line.
func (l *Line) Why() string {
	var b strings.Builder
	switch l.Kind {
	case Pay, Supplement, Commission:
		b.WriteString(civil.Span(l.Minutes) + " at " + l.Rate.Text())
		if l.Kind == Pay && l.Band != Core {
			b.WriteString(" × " + l.Factor.Text())
		}
	case VAT:
		b.WriteString(l.Factor.Percent() + " of " + l.Base.String())
	default:
		b.WriteString(l.Factor.Percent() + " of ")
		if l.Weekly {
			l.writeWeek(&b)
		} else {
			b.WriteString(l.Base.String())
		}
	}
	b.WriteString(" = " + l.Amount.String())
	return b.String()
}

// writeWeek tells the week's share: which part of the earnings counts and what
// earlier shifts have borne of it.
func (l *Line) writeWeek(b *strings.Builder) {
	b.WriteString("the week's " + l.Base.String())
	switch {
	case l.Ceiling > 0 && l.Base > l.Ceiling:
		b.WriteString(" between " + l.Floor.String() + " and " + l.Ceiling.String())
	case l.Floor > 0:
		b.WriteString(" above " + l.Floor.String())
	}
	if l.Charged > 0 {
		b.WriteString(", less " + l.Charged.String() + " on earlier shifts")
	}
}
