package workers

import (
	"wardbridge/internal/fault"
	"wardbridge/web/ui"
)

// listView is the agency's workers.
type listView struct {
	Action   string
	Q, Group string
	Groups   []ui.Option
	Active   int
	Chips    ui.ChipBar
	Rows     []row
	Pages    ui.Pages
	Add      string // "" when it may not
	Filtered bool
}

// row is one worker in words.
type row struct {
	Href, Name, Since string
	Grade, Group      string
	Register          string
	State, StateNote  string
}

// workerView is one worker of the agency.
type workerView struct {
	Back, Name, Sub string
	State           string
	Waiting         bool
	Archived        bool
	Facts           []ui.Fact
	Mailbox, Host   string // the e-mail address, in two parts for a narrow page
	Proposals       string // where their proposals are listed
	Archive         string // "" when it may not
}

// addView is the form on which a worker is added, with everything that was
// typed.
type addView struct {
	Action, Back                   string
	Name, Email, Born              string
	Grade, RegisterBody, RegNumber string
	Grades                         []ui.Option
	Bodies                         []ui.Option
	Refused                        *fault.Fault
}

// archiveView asks before a worker is archived.
type archiveView struct {
	Action, Back, Name string
	Answers            []ui.Answer
	Refused            *fault.Fault
}
