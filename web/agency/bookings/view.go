package bookings

import "wardbridge/web/ui"

// listView is the agency's bookings in one view.
type listView struct {
	Tabs     []ui.Tab
	Action   string
	View     string
	From, To string
	Active   int
	Rows     []row
	Pages    ui.Pages
	Empty    string
	OpenHref string
}

// row is one booking in words.
type row struct {
	ID, Ref           string
	Time, Day, Length string
	Worker, Grade     string
	Ward, Where       string
	Charge, Pay       string
	Status, Why       string
}
