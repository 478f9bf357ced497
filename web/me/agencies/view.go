package agencies

import (
	"wardbridge/internal/fault"
	"wardbridge/web/ui"
)

// listView is who represents the worker, and who says so.
type listView struct {
	Asking    []asking
	Confirmed []represented
	Register  string // what agencies are matched by
}

// asking is an agency that waits for an answer.
type asking struct{ Agency, Grade, Href string }

// represented is an agency that the worker has confirmed.
type represented struct{ Agency, Grade, Since, State string }

// confirmView asks before a representation is confirmed.
type confirmView struct {
	Action, Back, Agency string
	Answers              []ui.Answer
	Refused              *fault.Fault
}
