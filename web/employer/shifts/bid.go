package shifts

import (
	"time"

	"wardbridge/internal/money"
	"wardbridge/modules/proposals"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/web/ui"
)

// compareMax is how many proposals stand side by side; the rest is a list.
const compareMax = 4

// bid is one proposal as the page of its shift tells it.
type bid struct {
	ID, Ref                 string
	Worker, Agency          string
	Tier                    int
	Sent                    time.Time
	Charge, Pay, Commission money.Rate
	UnderCard               money.Rate
	Net, Over               money.Pence
	Grade, Register, Note   string
	Status                  string // submitted, accepted ...
	Answered                *time.Time
	AnsweredBy, Answer      string
	Quote                   *rates.ShiftQuote
	Best                    bool
	Limit                   proposals.Limit // why a manager's yes is not enough, if so
	Qualifying              quotes.Qualifying
}

func (b *bid) waits() bool { return b.Status == "submitted" }

// comparison is the panel of proposals.
type comparison struct {
	Bids  []bid // those that wait first, cheapest first
	Now   time.Time
	Grade string // what the shift asks for
	Path  string // of the shift
	May   bool   // decide
}

// side are the proposals that stand side by side, rest those that do not.
func (c *comparison) side() []bid {
	n := 0
	for n < len(c.Bids) && n < compareMax && c.Bids[n].waits() {
		n++
	}
	return c.Bids[:n]
}

func (c *comparison) rest() []bid { return c.Bids[len(c.side()):] }

// restActs reports that something in the list can still be answered.
func (c *comparison) restActs() bool { return c.May && c.waiting() > len(c.side()) }

func (c *comparison) waiting() (n int) {
	for i := range c.Bids {
		if c.Bids[i].waits() {
			n++
		}
	}
	return n
}

// aside says how many of how many are side by side.
func (c *comparison) aside() string {
	shown, all := len(c.side()), c.waiting()
	switch {
	case all == 0:
		return ""
	case shown < all:
		return number(shown) + " of " + number(all) + ", lowest charge first"
	case all == 1:
		return "1 proposal"
	}
	return number(all) + " proposals, lowest charge first"
}

func (c *comparison) columns() []ui.CompareColumn {
	var columns []ui.CompareColumn
	for _, b := range c.side() {
		columns = append(columns, ui.CompareColumn{Title: b.Worker, Best: b.Best,
			Notes: []string{b.Agency + ", tier " + number(b.Tier), stamp(b.Sent, c.Now) + ", " + ago(b.Sent, c.Now)}})
	}
	return columns
}

// compareRows puts each fact of all proposals in one line. A fact that none of
// them has is left out.
func (c *comparison) compareRows() []ui.CompareRow {
	side := c.side()
	line := func(label string, cell func(*bid) ui.CompareCell) ui.CompareRow {
		row := ui.CompareRow{Label: label}
		for i := range side {
			row.Cells = append(row.Cells, cell(&side[i]))
		}
		return row
	}
	priced := func(b *bid) bool { return b.Quote != nil }
	rows := []ui.CompareRow{
		line("Charge an hour", func(b *bid) ui.CompareCell {
			return ui.CompareCell{Text: b.Charge.Pence().String(), Note: b.against(len(side))}
		}),
		line("Whole shift", func(b *bid) ui.CompareCell {
			return ui.CompareCell{Text: b.Net.String(), Note: "before VAT"}
		}),
	}
	if some(side, priced) {
		rows = append(rows, line("With VAT", func(b *bid) ui.CompareCell {
			return ui.CompareCell{Text: b.gross(), Note: "VAT is " + b.vat() + ", indicative"}
		}))
	}
	rows = append(rows,
		line("Pay to worker", func(b *bid) ui.CompareCell {
			return ui.CompareCell{Text: b.Pay.Text() + " an hour", Note: b.underCard()}
		}),
		line("Agency commission", func(b *bid) ui.CompareCell { return ui.CompareCell{Text: b.Commission.Text() + " an hour"} }),
		line("Grade", func(b *bid) ui.CompareCell { return ui.CompareCell{Text: b.Grade, Note: b.higher(c.Grade)} }))
	if some(side, func(b *bid) bool { return b.Register != "" }) {
		rows = append(rows, line("Registration", func(b *bid) ui.CompareCell { return ui.CompareCell{Text: first(b.Register, "None needed")} }))
	}
	if some(side, func(b *bid) bool { return b.Qualifying.Near() }) {
		rows = append(rows, line("Weeks worked for you", func(b *bid) ui.CompareCell {
			return ui.CompareCell{Text: number(b.Qualifying.Weeks) + " completed", Note: b.owed()}
		}))
	}
	if some(side, func(b *bid) bool { return b.Note != "" }) {
		rows = append(rows, line("Note", func(b *bid) ui.CompareCell { return ui.CompareCell{Text: first(b.Note, "None")} }))
	}
	if some(side, func(b *bid) bool { return len(b.Limit.Conditions) > 0 }) {
		rows = append(rows, line("Limits", func(b *bid) ui.CompareCell { return ui.CompareCell{Text: b.limit(), Note: b.limitNote()} }))
	}
	if c.May {
		rows = append(rows, line("", func(b *bid) ui.CompareCell { return ui.CompareCell{Body: decide(c.Path, b)} }))
	}
	return rows
}

func some(bids []bid, has func(*bid) bool) bool {
	for i := range bids {
		if has(&bids[i]) {
			return true
		}
	}
	return false
}

// underCard says how the pay stands to the highest on the card.
func (b *bid) underCard() string {
	if b.UnderCard.IsZero() {
		return "The rate card's highest"
	}
	return b.UnderCard.Text() + " under the rate card"
}

// against says how a charge stands to the lowest one.
func (b *bid) against(all int) string {
	switch {
	case all < 2:
		return ""
	case b.Best:
		return "Lowest"
	case b.Over == 0:
		return "As low as the first"
	}
	return b.Over.String() + " more for the shift"
}

// limit says where the approval of a proposal stands.
func (b *bid) limit() string {
	switch {
	case len(b.Limit.Conditions) == 0:
		return "Within them"
	case b.Limit.Granted:
		return "Approved"
	case b.Limit.Open():
		return "Approval is waited for"
	case b.Limit.Request != nil && b.Limit.Request.Overruled:
		return "Approval was not ratified"
	case b.Limit.Request != nil:
		return "Approval was " + string(b.Limit.Request.State)
	}
	return "Needs approval"
}

func (b *bid) gross() string {
	if b.Quote == nil {
		return "–"
	}
	return b.Quote.Gross.String()
}

// limitNote says what is passed, or what was answered.
func (b *bid) limitNote() string {
	if a := b.Limit.Answer; a != nil && !b.Limit.Granted {
		return a.PersonName + ": " + a.Statement
	}
	return b.Limit.Text
}

// owed says that the worker has, or will soon have, a right to the pay of the
// trust's own staff.
func (b *bid) owed() string {
	switch of := b.Qualifying; {
	case of.Met():
		return "The pay of your own staff is due"
	case of.Near():
		return "Due the pay of your own staff after " + number(of.Needed)
	}
	return ""
}

// higher explains a worker of another grade than the shift's: the shift's grade
// is what is paid.
func (b *bid) higher(asked string) string {
	if b.Grade == asked || asked == "" {
		return ""
	}
	return "Paid as " + asked
}
