package timesheets

import (
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/web/ui"
)

// listView is the timesheets of the agency's workers in one state.
type listView struct {
	Tabs    []ui.Tab
	Metrics []ui.Metric
	Rows    []row
	Pages   ui.Pages
	Empty   string
}

// row is one timesheet in words.
type row struct {
	Ref, Href        string
	Day, Times       string
	Worker, Grade    string
	Ward, Trust      string
	Planned, Claimed string
	Difference       string
	Net              string
	Status, Reason   string
}

// sheetView is one timesheet, read only.
type sheetView struct {
	Back, Ref, Title, Sub, Status string
	Notice                        notice
	Facts                         []ui.Fact
	Hours                         []ui.Fact
	Note                          string
	Lines                         []line
	Net                           string
	Quote                         *rates.ShiftQuote // once approved
	Posted                        []timesheets.Posting
}

type notice struct{ Kind, Strong, Text string }

// line is one priced amount of approved hours.
type line struct{ Title, Why, VAT, Amount string }
