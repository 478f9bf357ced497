package proposals

import (
	"wardbridge/internal/fault"
	"wardbridge/modules/rates"
	"wardbridge/web/ui"
)

// listView is the agency's proposals in one state.
type listView struct {
	Tabs     []ui.Tab
	Rows     []row
	Pages    ui.Pages
	Empty    string
	OpenHref string
}

// row is one proposal in words.
type row struct {
	Ref, Href      string
	Worker, Grade  string
	Ward, Trust    string
	When, Length   string
	Sent, By       string
	Charge, Pay    string
	Status, Reason string
	Decided        string
}

// proposalView is one proposal as it was sent, and what became of it.
type proposalView struct {
	Back, Ref, Title, Sub string
	Status                string
	Verdict               verdict
	Facts                 []ui.Fact
	Worker                []ui.Fact
	Note                  string
	PaidHours             string
	Quote                 *rates.ShiftQuote
	Withdraw              string // "" when it cannot be taken back
	Story                 []ui.TimelineItem
}

type verdict struct{ Tone, Strong, Text string }

// withdrawView asks before a proposal is taken back.
type withdrawView struct {
	Action, Back, Ref string
	Answers           []ui.Answer
	Refused           *fault.Fault
}
