package timesheets

import (
	"wardbridge/internal/fault"
	"wardbridge/modules/timesheets"
	"wardbridge/web/ui"
)

// listView is the worker's timesheets in one view.
type listView struct {
	Tabs  []ui.Tab
	Rows  []ui.AgendaDay
	Pages ui.Pages
	Empty string
}

// sheetView is one timesheet: the plan, the claim, and the form as long as hours
// can be sent.
type sheetView struct {
	Back, Ref, Title, Sub, Status string
	Queried                       string // the employer's question
	Notice                        notice
	Plan                          []ui.Fact
	Claim                         []ui.Fact
	Note                          string
	Lines                         []ui.RateRow
	Pay                           string
	Posted                        []timesheets.Posting
	Form                          *form // nil: nothing can be sent
	Refused                       *fault.Fault
}

type notice struct{ Kind, Strong, Text string }

// form is the worker's claim as it is typed.
type form struct {
	Action                     string
	Date, Start, End           string
	StartFold, EndFold         string
	BreakFold                  string
	AskStart, AskEnd, AskBreak bool
	Break                      string
	Breaks                     [2]pause
	Note                       string
	NoteHint                   string
}

// checkView asks before the hours are sent.
type checkView struct {
	Action, Back, Ref string
	Answers           []ui.Answer
	Warning           notice
	Carry             []carried
}

// carried is a value that the check hands on.
type carried struct{ Name, Value string }
