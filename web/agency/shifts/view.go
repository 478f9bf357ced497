package shifts

import (
	"wardbridge/internal/fault"
	"wardbridge/modules/rates"
	"wardbridge/web/ui"
)

// openView is the list of shifts that are open to the agency now.
type openView struct {
	Action  string // where the list lives
	From    string
	Trust   string
	Grade   string
	Trusts  []ui.Option
	Grades  []ui.Option
	Active  int // filters set
	Chips   ui.ChipBar
	Days    []openDay
	Pages   ui.Pages
	Unknown bool // nothing, because of the filters
}

// openDay is the shifts that start on one day.
type openDay struct {
	Title, Note string
	Rows        []openRow
}

// openRow is one shift that is open to the agency, in words.
type openRow struct {
	Ref, Href, Propose string
	Time, Length       string
	Ward, Where        string
	Role, Specialty    string
	Tier, Opened       string
	StartsISO, Left    string
	Ours               int
	OursNote           string
	Urgent             bool
}

// shiftView is one shift as the agency sees it.
type shiftView struct {
	Back, Ref, Title, Sub string
	Facts                 []ui.Fact
	Notes                 string
	StartsISO, Left       string
	Ours                  []oursRow
	Propose               string // "" when it may not
}

// oursRow is one of the agency's own proposals for a shift.
type oursRow struct {
	Ref, Href, Worker, Grade, Pay, Charge, Sent, Status, Reason string
}

// closedView is a shift that is no longer open to the agency.
type closedView struct {
	Back, Ref, Title, Text string
	Ours                   []oursRow
}

// proposeView is the page on which a worker is proposed, with everything that
// was typed.
type proposeView struct {
	Action, Breakdown, Back, Ref, Sub string
	StartsISO, Left                   string
	Facts                             []ui.Fact
	Role, Ours                        string

	Worker, Pay, Fee, Note string
	Declared               bool
	Declaration            string

	Choices   []ui.Choice
	Suitable  string // 3 of 4 can be proposed
	AddWorker string
	CardName  string
	PayHint   string
	FeeHint   string
	PaidHours string
	Quote     *rates.ShiftQuote
	Scale     ui.CapScale
	Weeks     string // how far the chosen worker has come towards the pay of the trust's own staff
	Verdict   verdict
	Limits    []ui.Tick // each cap and limit, and how the price stands to it
	Refused   *fault.Fault
	Unpriced  string // why there is no breakdown yet
}

// verdict says whether the charge keeps to the card.
type verdict struct{ Tone, Strong, Text string }
