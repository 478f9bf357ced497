package schedule

import (
	"wardbridge/modules/rates"
	"wardbridge/web/ui"
)

// scheduleView is the schedule in one of its two views.
type scheduleView struct {
	Head    ui.ScheduleHead
	Week    *ui.Week // nil: the list
	Legend  []ui.LegendItem
	Days    []ui.AgendaDay
	Metrics []ui.Metric
	Empty   string
	Sheets  sheetsNote
}

// sheetsNote reminds of hours that wait to be sent.
type sheetsNote struct{ Strong, Text, Href string }

// shiftView is one booked shift.
type shiftView struct {
	Back, Ref, Title, Sub, Status string
	Notice                        notice
	Facts                         []ui.Fact
	Where                         []ui.Fact
	Notes                         string
	Quote                         *rates.ShiftQuote // nil: not shown
	PaidHours                     string
	Sheet                         string // where its timesheet is; "" as long as there is none
	SheetKind                     string // the button is green while there is something to send
	SheetWords                    string
}

type notice struct{ Kind, Strong, Text string }

// meView is the page about oneself.
type meView struct {
	Name, Email string
	Links       []ui.Link
	Notes       []string
	Profile     []ui.Fact
}
