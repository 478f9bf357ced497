package rates

import (
	"strconv"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
)

// names are the lines as a sentence calls them.
var names = map[Kind]string{
	Pay: "pay", Supplement: "supplement", HolidayPay: "holiday pay", EmployerNI: "employer's National Insurance",
	Pension: "pension", Levy: "apprenticeship levy", Commission: "agency commission", VAT: "VAT",
	Session: "GP session", FrameworkFee: "framework fee", DirectFee: "direct engagement fee",
	Cancellation: "cancellation charge", Expenses: "expense",
}

// Explanation is a line in words, for the page that answers "why this price".
type Explanation struct {
	Line     Line
	Title    string   // Core hours, Unsocial hours, Holiday pay, VAT
	Times    []string // pay: the stretches of the shift it is for, 20:00 to 00:00
	Why      string   // the sum, 4h at £19.97 × 1.3 = £103.84
	Rounding string   // what the sum comes to before it is rounded, or nothing when it is whole pence
	Basis    []string // the dated data behind it: its source, version and first day
	Tax      string   // the VAT category and why it is so
	Note     string   // what else a reader should know, or nothing
}

// Total is a sum of the shift and how it came about.
type Total struct {
	Title  string
	Why    string
	Amount money.Pence
}

// Explain puts every line in words. Its cost is that of the words, so it is
// asked for one shift at a time.
func (s *ShiftQuote) Explain() []Explanation {
	told := make([]Explanation, len(s.Lines))
	for i := range s.Lines {
		line, e := &s.Lines[i], &told[i]
		e.Line, e.Title, e.Why, e.Rounding = *line, line.Title(), line.Why(), line.Rounding()
		if i > 0 && line.Kind != VAT && line.VATRule != nil && line.VATRule == s.Lines[i-1].VATRule {
			e.Tax = told[i-1].Tax // decided by the same rule
		} else {
			e.Tax = line.tax()
		}
		switch line.Kind {
		case Pay:
			e.Times, e.Note = s.times(line)
		case VAT:
			e.Note = line.Reason
		}
		e.Basis = make([]string, len(line.Rows))
		for j, row := range line.Rows {
			e.Basis[j] = row.Text()
		}
	}
	return told
}

// Totals are the sums of the shift, in the order in which a page shows them.
func (s *ShiftQuote) Totals() []Total {
	hours := civil.Span(s.Minutes) + " paid"
	if s.BreakMinutes > 0 {
		hours += ", " + civil.Span(s.BreakMinutes) + " unpaid"
	}
	return []Total{
		{"Charge before VAT", hours, s.Net},
		{"VAT", "Shown for this shift alone. An invoice works it out once on all its lines.", s.VAT},
		{"Total", s.Net.String() + " and " + s.VAT.String() + " VAT", s.Gross},
	}
}

// Text names a row as a reader finds it again: where it was published, its
// version and the day from which it counts.
func (r *Row) Text() string {
	name := r.Source
	if name == "" {
		name = r.ID
	}
	if r.Version > 0 {
		name += ", version " + strconv.Itoa(r.Version)
	}
	if r.From.IsZero() {
		return name
	}
	return name + ", from " + r.From.Text()
}

// Why is the test in words.
func (t *CapTest) Why() string {
	const an = " an hour against the cap of "
	switch {
	case t.Over.IsZero():
		return t.Charge.Text() + an + t.Cap.Text() + ": within it"
	default:
		return t.Charge.Text() + an + t.Cap.Text() + ": " + t.Over.Text() + " above it"
	}
}

// tax is the VAT category of a line in words.
func (l *Line) tax() string {
	var name string
	switch l.Category {
	case Standard:
		name = "VAT " + l.VATRate.Percent()
	case Exempt:
		name = "Exempt from VAT"
	case OutsideScope:
		name = "Outside the scope of VAT"
	case ZeroRated:
		name = "VAT 0%"
	}
	if l.Reason == "" || l.Kind == VAT {
		return name
	}
	return name + ": " + l.Reason
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
		if seg.GivesWay != "" {
			remark(seg.GivesWay + " is paid as an ordinary day here, because another day of that holiday carries the rate.")
		}
		if seg.Fixed {
			remark("The card fixes this rate for these hours.")
		}
		switch {
		case seg.Extra > 0:
			remark("The clocks went forward. The " + civil.Span(seg.Extra) + " that they skipped is paid, as rostered.")
		case seg.Extra < 0:
			remark("The clocks went back. The " + civil.Span(-seg.Extra) + " that came twice is paid once, as rostered.")
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
	if has, known := s.Engagement.duties(); known && has.note != "" {
		remark(has.note)
	}
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
	if l.Kind == Expenses {
		return l.Name
	}
	name := names[l.Kind]
	if l.TrueUp {
		return strings.ToUpper(name[:1]) + name[1:] + ", settled for the week"
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// Why is the sum behind the amount, in one line.
func (l *Line) Why() string {
	var b strings.Builder
	b.Grow(64)
	switch l.Kind {
	case Expenses:
		return "As claimed: " + l.Amount.String()
	case Cancellation:
		l.writeCancellation(&b)
	case Pay, Supplement, Commission, FrameworkFee, DirectFee, Session:
		if l.Units > 0 {
			b.WriteString(sessions(l.Units) + " at " + l.Base.String())
			break
		}
		b.WriteString(civil.Span(l.Minutes) + " at " + l.Rate.Text())
		if l.Kind == Pay && l.Band != Core && !l.Fixed {
			b.WriteString(" × " + l.Factor.Text())
		}
	case VAT:
		b.WriteString(l.Factor.Percent() + " of " + l.Base.String())
	default:
		b.WriteString(l.Factor.Percent() + " of ")
		switch {
		case l.Weekly:
			l.writeWeek(&b)
		case !l.Part.IsZero():
			b.WriteString(l.Base.String() + ", which is " + l.Part.Percent() + " of " + l.Whole.String())
		default:
			b.WriteString(l.Base.String())
		}
	}
	b.WriteString(" = " + l.Amount.String())
	return b.String()
}

func sessions(n int) string {
	if n == 1 {
		return "1 session"
	}
	return strconv.Itoa(n) + " sessions"
}

func (l *Line) writeCancellation(b *strings.Builder) {
	b.WriteString("called off " + civil.Span(l.Notice) + " before the start: ")
	b.WriteString(l.Factor.Percent() + " of ")
	if l.Minutes < l.Of {
		b.WriteString(civil.Span(l.Minutes) + " out of " + civil.Span(l.Of) + " of ")
	}
	b.WriteString("the shift's " + l.Base.String())
}

// Rounding is what the sum comes to before it is rounded half up to the penny,
// or nothing when it is whole pence as it stands.
func (l *Line) Rounding() string {
	var millionth int64 // of a pound
	switch l.Kind {
	case Expenses:
		return ""
	case Cancellation:
		millionth = money.RoundHalfUp(int64(l.Base)*int64(l.Minutes), millionths(l.Factor), int64(max(l.Of, 1))*100)
	case Pay, Supplement, Commission, FrameworkFee, DirectFee, Session:
		if l.Units > 0 {
			return ""
		}
		millionth = money.RoundHalfUp(tenThousandths(l.Rate)*millionths(l.Factor), int64(l.Minutes), 60*10_000)
	default:
		millionth = money.RoundHalfUp(int64(l.counts()), millionths(l.Factor), 100)
	}
	if millionth%10_000 == 0 {
		return ""
	}
	exact := money.Pence(millionth / 10_000).String()
	parts := strconv.FormatInt(10_000+millionth%10_000, 10)[1:]
	return exact + strings.TrimRight(parts, "0") + ", rounded to " + money.Pence(money.RoundHalfUp(millionth, 1, 10_000)).String()
}

// counts is the part of Base that a share is taken of.
func (l *Line) counts() money.Pence {
	if !l.Weekly {
		return l.Base
	}
	counts := l.Base
	if l.Ceiling > 0 {
		counts = min(counts, l.Ceiling)
	}
	return max(0, counts-l.Floor)
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
	switch {
	case l.TrueUp:
		b.WriteString(", less " + l.Charged.String() + " charged with its shifts")
	case l.Charged > 0:
		b.WriteString(", less " + l.Charged.String() + " on earlier shifts")
	case l.Charged < 0:
		b.WriteString(", and " + (-l.Charged).String() + " at the rates of its other days")
	}
}
