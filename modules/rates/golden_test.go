package rates_test

import (
	"fmt"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
)

// golden is one case of testdata/golden.txt.
type golden struct {
	name, terms string
	work        []string
	expects     [][3]string // what, the sum, what the sum comes to
}

func readGolden(t *testing.T) (cases []golden) {
	t.Helper()
	text, err := os.ReadFile("testdata/golden.txt")
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range strings.Split(string(text), "\n") {
		verb, rest, _ := strings.Cut(line, " ")
		if line == "" || verb == "#" || verb == "##" {
			continue
		}
		if verb == "case" {
			cases = append(cases, golden{name: rest})
			continue
		}
		c := &cases[len(cases)-1]
		switch verb {
		case "terms":
			c.terms = rest
		case "work":
			c.work = append(c.work, rest)
		default:
			what, sum, _ := strings.Cut(line, ": ")
			at := strings.LastIndex(sum, " = ")
			if at < 0 {
				t.Fatalf("line %d has no sum: %s", n+1, line)
			}
			c.expects = append(c.expects, [3]string{what, sum[:at], sum[at+3:]})
		}
	}
	return cases
}

func TestGolden_theEngineGivesWhatWasWorkedOutByHand(t *testing.T) {
	t.Parallel()
	cases := readGolden(t)
	if len(cases) < 150 {
		t.Errorf("only %d cases", len(cases))
	}
	names := map[string]bool{}
	for _, c := range cases {
		if names[c.name] || len(c.expects) == 0 {
			t.Errorf("%s: named twice, or expects nothing", c.name)
		}
		names[c.name] = true
		book := goldenBook(c.terms)
		var work []rates.Work
		for i, w := range c.work {
			work = append(work, goldenWork(t, i, w))
		}
		quote, err := rates.Price(work, book)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for _, e := range c.expects {
			places := 0
			if _, part, pointed := strings.Cut(e[2], "."); pointed {
				places = len(part)
			}
			if by := byHand(t, e[1], places); by != e[2] {
				t.Errorf("%s: %s: %s is %s, not %s", c.name, e[0], e[1], by, e[2])
			}
			if got := measured(t, e[0], &quote, work, book, places); got != e[2] {
				t.Errorf("%s: %s: got %s, want %s = %s", c.name, e[0], got, e[1], e[2])
			}
		}
	}
}

// goldenBook is England's book with what the cases need besides, and the terms
// of a case.
func goldenBook(terms string) rates.Book {
	has := func(term string) bool { return strings.Contains(" "+terms+" ", " "+term+" ") }
	book := payOnly()
	if has("full") {
		book = england()
	}
	for term, set := range map[string]func(){
		"afc_whole_shift": func() { book.Segmentation = rates.ByWholeShift },
		"from_highest":    func() { book.BreakRule = rates.BreakFromHighest },
		"from_lowest":     func() { book.BreakRule = rates.BreakFromLowest },
		"weekly":          func() { book.OnCosts = rates.Weekly },
		"rostered":        func() { book.PaidAsRostered = true },
		"dual":            func() { book.DualDays = true },
	} {
		if has(term) {
			set()
		}
	}
	book.VAT = goldenVAT(has)
	goldenLimits(&book)
	for _, set := range []struct {
		days  string
		limit int
	}{{"2026-12-26 2026-12-28", 1}, {"2027-12-25 2027-12-26 2027-12-27 2027-12-28", 2}, {"2028-01-01 2028-01-03", 1}} {
		var days []civil.Date
		for _, d := range strings.Fields(set.days) {
			days = append(days, civil.MustDate(d))
		}
		for _, d := range days {
			book.Holidays[d] = rates.PublicDay{Row: rates.Row{ID: d.String(), From: d}, Name: "Holiday", Dual: days, Limit: set.limit}
		}
	}
	return book
}

func goldenVAT(has func(string) bool) []rates.VATRule {
	row := func(id, from string) rates.Row {
		return rates.Row{ID: id, Version: 1, From: civil.MustDate(from), Source: id}
	}
	fifth := money.MustFactor("0.2")
	rules := []rates.VATRule{
		{Row: row("standard", "2025-04-01"), Category: rates.Standard, Rate: fifth},
		{Row: row("fees", "2025-04-01"), Kinds: []rates.Kind{rates.DirectFee, rates.FrameworkFee}, Category: rates.Standard, Rate: fifth},
		{Row: row("wages", "2025-04-01"), Engagements: []rates.Engagement{rates.Direct}, Category: rates.OutsideScope, Reason: "Wages paid by the employer",
			Kinds: []rates.Kind{rates.Pay, rates.Supplement, rates.HolidayPay, rates.EmployerNI, rates.Pension, rates.Levy}},
		{Row: row("direct commission", "2025-04-01"), Engagements: []rates.Engagement{rates.Direct}, Kinds: []rates.Kind{rates.Commission, rates.DirectFee}, Category: rates.Standard, Rate: fifth},
		{Row: row("umbrella", "2025-04-01"), Engagements: []rates.Engagement{rates.Umbrella}, Category: rates.Standard, Rate: fifth},
		{Row: row("bank", "2025-04-01"), Engagements: []rates.Engagement{rates.Bank}, Category: rates.OutsideScope, Reason: "No supply"},
		{Row: row("gp", "2025-04-01"), Engagements: []rates.Engagement{rates.GPSession}, Category: rates.Exempt, Reason: "Medical care"},
	}
	if has("concession") {
		rules = append(rules, rates.VATRule{Row: row("concession", "2026-04-01"), Professions: []string{"nurse"}, Category: rates.Exempt, Reason: "Nursing agencies' concession"})
	}
	if has("deputies") {
		rules = append(rules, rates.VATRule{Row: row("deputies", "2025-12-15"), Professions: []string{"doctor"}, Deputy: true, Category: rates.Exempt, Reason: "Provision of a deputy"})
	}
	if has("unregistered") {
		rules = append(rules, rates.VATRule{Row: row("unregistered", "2025-04-01"), Overrides: true, Category: rates.OutsideScope, Reason: "Not registered for VAT"})
	}
	return rules
}

func goldenLimits(book *rates.Book) {
	row := func(id, from string) rates.Row { return rates.Row{ID: id + from, From: civil.MustDate(from)} }
	book.Caps = map[string][]rates.Cap{}
	for _, year := range []struct{ from, core, low, high string }{{"2025-04-01", "29.96", "38.95", "47.94"}, {"2026-04-01", "30.95", "40.23", "49.52"}} {
		for band, rate := range map[rates.Band]string{rates.Core: year.core, rates.Low: year.low, rates.High: year.high} {
			book.Caps["band_5"] = append(book.Caps["band_5"], rates.Cap{Row: row(string(band), year.from), Band: band, Rate: money.MustRate(rate)})
		}
	}
	book.MinimumWage = []rates.Limit{{Row: row("nlw", "2025-04-01"), Rate: money.MustRate("12.21")}, {Row: row("nlw", "2026-04-01"), Rate: money.MustRate("12.71")}}
	book.SignOff = []rates.Limit{{Row: row("ceo", "2018-07-01"), Rate: money.MustRate("100")}}
	book.Sessions = []rates.SessionRule{{Row: row("session", "2025-04-01"), Minutes: 250, Short: rates.ShortByTheHour, Pensionable: money.MustFactor("0.9"), Pension: money.MustFactor("0.1438")}}
	book.Cancellation = []rates.CancellationRule{
		{Row: row("none", "2025-04-01"), Notice: 0, Share: money.One}, {Row: row("half a day", "2025-04-01"), Notice: 720, Share: money.MustFactor("0.5")},
		{Row: row("a day", "2025-04-01"), Notice: 1440}, {Row: row("none", "2026-07-01"), Notice: 0, Share: money.One, Minutes: 120}, {Row: row("four hours", "2026-07-01"), Notice: 240},
	}
}

// goldenWork reads 2026-05-13 07:30 to next 08:00 band_5 19.97 and what follows.
func goldenWork(t *testing.T, n int, text string) rates.Work {
	t.Helper()
	words := strings.Fields(text)
	day, from, rest := words[0], words[1], words[3:]
	last := day
	switch {
	case rest[0] == "next":
		last, rest = civil.MustDate(day).AddDays(1).String(), rest[1:]
	case strings.Count(rest[0], "-") == 2:
		last, rest = rest[0], rest[1:]
	}
	w := rates.Work{ID: uuid.UUID{15: byte(n)}, Start: at(t, day+" "+from), End: at(t, last+" "+rest[0]), Grade: rest[1], Pay: money.MustRate(rest[2])}
	pence := func(s string) money.Pence {
		p, err := money.ParsePence(s)
		if err != nil {
			t.Fatal(text, err)
		}
		return p
	}
	number := func(s string) int {
		i, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(text, err)
		}
		return i
	}
	instant := func(s string) time.Time { return at(t, strings.Replace(s, "T", " ", 1)) }
	for _, word := range rest[3:] {
		key, value, _ := strings.Cut(word, "=")
		head, tail, _ := strings.Cut(value, ":")
		switch key {
		case "hcas":
			w.Supplement = money.MustRate(value)
		case "break":
			w.BreakMinutes = number(value)
		case "taken":
			start, long, _ := strings.Cut(value, "+")
			w.Breaks = append(w.Breaks, rates.Interval{Start: instant(start), End: instant(start).Add(time.Duration(number(long)) * time.Minute)})
		case "commission":
			w.Commission = money.MustRate(value)
		case "framework":
			w.FrameworkFee.Rate = money.MustRate(value)
		case "direct":
			w.DirectFee.Rate = money.MustRate(value)
		case "as":
			w.Engagement = rates.Engagement(value)
		case "core":
			w.Bands.Core = money.MustRate(value)
		case "low":
			w.Bands.Low = money.MustRate(value)
		case "high":
			w.Bands.High = money.MustRate(value)
		case "change":
			w.Changes = append(w.Changes, rates.Change{Row: rates.Row{ID: value, From: civil.MustDate(head)}, Pay: money.MustRate(tail)})
		case "travel":
			w.Expenses = append(w.Expenses, rates.Expense{Name: "Travel", Amount: pence(value)})
		case "cancelled":
			w.CancelledAt = instant(value)
		case "profession":
			w.Profession = value
		case "deputy":
			w.Deputy = true
		case "dual":
			w.DualDays = append(w.DualDays, civil.MustDate(value))
		case "sessions":
			w.Sessions = number(value)
		case "fee":
			w.SessionFee = pence(value)
		case "pension":
			w.Pensionable = true
		default:
			t.Fatalf("%s: what is %s?", text, word)
		}
	}
	return w
}

// measured is what the engine gives for an expectation, written as the table
// writes it.
func measured(t *testing.T, what string, quote *rates.Quote, work []rates.Work, book rates.Book, places int) string {
	t.Helper()
	words := strings.Fields(what)
	first := &quote.Shifts[0]
	switch words[0] {
	case "net":
		return quote.Net.Plain()
	case "vat":
		return quote.VAT.Plain()
	case "gross":
		return quote.Gross.Plain()
	case "paid":
		return strconv.Itoa(quote.Minutes)
	case "tests":
		return strconv.Itoa(len(first.Caps))
	case "highest":
		return first.Highest.String()
	case "wage":
		if first.Wage.Row == nil || first.Wage.Below() != (first.Wage.Rate.Cmp(first.Wage.Limit) < 0) {
			return "no verdict"
		}
		below := first.Wage.Rate.Sub(first.Wage.Limit).String()
		return below[:len(below)-2]
	case "signature":
		if first.SignOff.Reached() {
			return "1"
		}
		return "0"
	case "base":
		for _, c := range quote.Categories {
			if string(c.Category) == words[1] {
				return c.Net.Plain()
			}
		}
		return "no such category"
	case "charge", "over":
		for _, c := range first.Caps {
			if string(c.Band) == words[1] && words[0] == "charge" {
				return c.Charge.String()
			} else if string(c.Band) == words[1] {
				return c.Over.String()
			}
		}
		return "no such test"
	case "settle":
		return settled(t, rates.Kind(words[1]), work, book).Plain()
	}
	return lineSum(t, words, quote)
}

// lineSum adds up the lines of a band or kind, when their minutes are the ones
// that the table says.
func lineSum(t *testing.T, words []string, quote *rates.Quote) string {
	t.Helper()
	kind, band := rates.Kind(words[0]), rates.Band("")
	if words[0] == "core" || words[0] == "low" || words[0] == "high" {
		kind, band = rates.Pay, rates.Band(words[0])
	}
	minutes, rate := "", ""
	for _, word := range words[1:] {
		if r, ok := strings.CutPrefix(word, "@"); ok {
			rate = r
		} else {
			minutes = word
		}
	}
	var sum money.Pence
	counted := 0
	for i := range quote.Shifts {
		for _, l := range quote.Shifts[i].Lines {
			if l.Kind == kind && l.Band == band && (rate == "" || l.Rate == money.MustRate(rate)) {
				sum += l.Amount
				counted += l.Minutes
			}
		}
	}
	if minutes != "" && minutes != strconv.Itoa(counted) {
		return fmt.Sprintf("%d minutes, %s", counted, sum.Plain())
	}
	return sum.Plain()
}

// settled is what the weeks still owe of a cost when every shift was charged
// alone.
func settled(t *testing.T, kind rates.Kind, work []rates.Work, book rates.Book) (owed money.Pence) {
	t.Helper()
	var charged []rates.ShiftQuote
	for _, w := range work {
		charged = append(charged, price(t, book, w).Shifts[0])
	}
	weeks, err := rates.TrueUps(work[0], charged, book)
	if err != nil {
		t.Fatal(err)
	}
	for _, week := range weeks {
		var sum money.Pence
		for _, l := range week.Lines {
			sum += l.Amount
			if l.Kind == kind {
				owed += l.Amount
			}
		}
		if sum != week.Amount {
			t.Errorf("the lines of a week add up to %s, not %s", sum, week.Amount)
		}
	}
	return owed
}

// byHand works a sum out exactly and rounds it half up once.
func byHand(t *testing.T, sum string, places int) string {
	t.Helper()
	c := calculator{words: strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ", "/", " / ").Replace(sum))}
	v := c.sum()
	if len(c.words) > 0 {
		t.Fatalf("%s: cannot read %v", sum, c.words)
	}
	return v.FloatString(places) // rounds half away from zero
}

// calculator reads + - × / and brackets.
type calculator struct{ words []string }

func (c *calculator) take(any string) (word string, ok bool) {
	if len(c.words) > 0 && strings.Contains(any, c.words[0]) {
		word, c.words = c.words[0], c.words[1:]
		return word, true
	}
	return "", false
}

func (c *calculator) sum() *big.Rat {
	v := c.product()
	for word, ok := c.take("+-"); ok; word, ok = c.take("+-") {
		if next := c.product(); word == "+" {
			v = new(big.Rat).Add(v, next)
		} else {
			v = new(big.Rat).Sub(v, next)
		}
	}
	return v
}

func (c *calculator) product() *big.Rat {
	v := c.value()
	for word, ok := c.take("×/"); ok; word, ok = c.take("×/") {
		if next := c.value(); word == "×" {
			v = new(big.Rat).Mul(v, next)
		} else {
			v = new(big.Rat).Quo(v, next)
		}
	}
	return v
}

func (c *calculator) value() *big.Rat {
	if _, open := c.take("("); open {
		v := c.sum()
		c.take(")")
		return v
	}
	v, ok := new(big.Rat).SetString(c.words[0])
	if !ok {
		panic("not a number: " + c.words[0])
	}
	c.words = c.words[1:]
	return v
}
