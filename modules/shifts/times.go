package shifts

import (
	"errors"
	"strconv"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
)

// The refusals of a shift's times. Each names its box.
var (
	ErrTimesEqual   = fault.New(fault.Invalid, "start_equals_end", "The shift starts and ends at the same time. Change one of them.")
	ErrTimesOrder   = fault.New(fault.Invalid, "end_before_start", "The shift ends before it starts. Say for each time whether the first or the second is meant.")
	ErrDateFar      = fault.New(fault.Invalid, "date_out_of_range", "This date is more than three years away. Check the year.")
	ErrBreakInvalid = fault.New(fault.Invalid, "break_invalid", "A break has between 0 and 240 minutes and is shorter than the shift.")
)

const (
	longMinutes = 16 * 60
	breakMax    = 240
	farthest    = 3 * 366 * 24 * time.Hour
)

// Times are a shift as it stands on a rota. An end that is not after the start
// is on the next day.
type Times struct {
	Date       civil.Date
	Start, End civil.Clock
	// Which of two equal times is meant on the night when the clocks go back.
	StartFold, EndFold civil.Fold
}

// Resolve turns a rota's times into instants. What it refuses names the box.
func (t Times) Resolve() (start, end time.Time, refused []fault.Field) {
	endDay := t.Date
	if t.End < t.Start {
		endDay = endDay.AddDays(1)
	}
	start, err := civil.Resolve(t.Date, t.Start, t.StartFold)
	if err != nil {
		refused = append(refused, box("start", t.Start.String(), err))
	}
	end, err = civil.Resolve(endDay, t.End, t.EndFold)
	if err != nil {
		refused = append(refused, box("end", t.End.String(), err))
	}
	switch {
	case len(refused) > 0:
	case t.Start == t.End:
		refused = append(refused, box("end", t.End.String(), ErrTimesEqual))
	case !end.After(start):
		refused = append(refused, box("end", t.End.String(), ErrTimesOrder))
	}
	return start, end, refused
}

// near refuses a date that is more likely a slip than a plan.
func near(start, now time.Time) bool {
	away := start.Sub(now)
	return away < farthest && away > -farthest
}

// breakFits checks the unpaid break against the length of the shift.
func breakFits(minutes int, start, end time.Time) *fault.Field {
	if minutes >= 0 && minutes <= breakMax && time.Duration(minutes)*time.Minute < end.Sub(start) {
		return nil
	}
	f := box("break_minutes", strconv.Itoa(minutes), ErrBreakInvalid)
	return &f
}

// lead is the time from now to the start in whole minutes; none when it began.
func lead(start, now time.Time) int { return max(int(start.Sub(now)/time.Minute), 0) }

// box is a refusal of one input.
func box(name, value string, err error) fault.Field {
	f := fault.ErrInvalid
	errors.As(err, &f)
	return fault.Field{Name: name, Code: f.Code, Text: f.Text, Value: value}
}
