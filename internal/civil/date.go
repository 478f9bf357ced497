package civil

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"
	"time"

	"wardbridge/internal/fault"
)

// Refusals of written dates, times and instants.
var (
	ErrDateInvalid    = fault.New(fault.Invalid, "date_invalid", "This is not a date. Write day, month and year, such as 24/11/2026 or 2026-11-24.")
	ErrClockInvalid   = fault.New(fault.Invalid, "time_invalid", "This is not a time. Write hours and minutes on the 24-hour clock, such as 07:00.")
	ErrInstantInvalid = fault.New(fault.Invalid, "date_time_invalid", "This is not a date and time. Write them as 2026-11-24 07:00 or 24/11/2026 07:00.")
	ErrSkipped        = fault.New(fault.Invalid, "time_does_not_exist", "The clocks go forward that night and this time does not happen. Write a time before 01:00 or from 02:00.")
	ErrAmbiguous      = fault.New(fault.Invalid, "time_ambiguous", "The clocks go back that night and this time happens twice. Choose the first or the second, or write the offset, such as 2026-10-25 01:30+01:00.")
)

// Date is a civil date: what stands on a calendar, without time or zone. It is
// comparable and its zero value means no date.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads 24/11/2026 and 2026-11-24. A month-first date is refused when
// it can be told apart and is never produced.
func ParseDate(s string) (Date, error) {
	s = strings.TrimSpace(s)
	var parts [3]string
	var rest string
	iso := strings.Contains(s, "-")
	sep := "/"
	if iso {
		sep = "-"
	}
	var more bool
	parts[0], rest, _ = strings.Cut(s, sep)
	parts[1], parts[2], more = strings.Cut(rest, sep)
	if iso {
		parts[0], parts[2] = parts[2], parts[0]
	}
	day, ok1 := number(parts[0], 1, 2)
	month, ok2 := number(parts[1], 1, 2)
	year, ok3 := number(parts[2], 4, 4)
	d := Date{year, time.Month(month), day}
	if !more || !ok1 || !ok2 || !ok3 || !d.valid() {
		return Date{}, ErrDateInvalid.Because(written(s))
	}
	return d, nil
}

// MustDate is ParseDate for dates written in code. It panics on what ParseDate
// refuses.
func MustDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic("civil: date " + s + ": " + err.Error())
	}
	return d
}

// DateOf is the civil date of an instant in London.
func DateOf(instant time.Time) Date {
	y, m, d := instant.In(London).Date()
	return Date{y, m, d}
}

func (d Date) valid() bool {
	return d.Year >= 1900 && d.Year <= 2199 && d.Month >= 1 && d.Month <= 12 && d.Day >= 1 && d.utc().Day() == d.Day
}

// utc is midnight of the date as if it were in UTC: a number line for
// arithmetic, never an instant that anybody sees.
func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// String is the ISO form, 2026-11-24: the form on the wire, in files and in
// the database.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	b := [10]byte{4: '-', 7: '-'}
	put := func(at, width, v int) {
		for i := at + width - 1; i >= at; i-- {
			b[i] = '0' + byte(v%10)
			v /= 10
		}
	}
	put(0, 4, d.Year)
	put(5, 2, int(d.Month))
	put(8, 2, d.Day)
	return string(b[:])
}

// Text is the date as people read it: Tue 24 Nov 2026.
func (d Date) Text() string {
	if d.IsZero() {
		return ""
	}
	return d.utc().Format("Mon 2 Jan 2006")
}

// IsZero reports that there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// AddDays moves the date by whole civil days, whatever their length in hours.
func (d Date) AddDays(n int) Date {
	y, m, day := d.utc().AddDate(0, 0, n).Date()
	return Date{y, m, day}
}

// DaysUntil counts the civil days from d to o; below zero when o is earlier.
func (d Date) DaysUntil(o Date) int { return int(o.utc().Sub(d.utc()) / (24 * time.Hour)) }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// Monday is the first day of the date's week. Weeks start on Monday.
func (d Date) Monday() Date { return d.AddDays(-(int(d.Weekday()) + 6) % 7) }

// Compare orders dates: below zero when d is the earlier one.
func (d Date) Compare(o Date) int {
	return cmp.Or(cmp.Compare(d.Year, o.Year), cmp.Compare(d.Month, o.Month), cmp.Compare(d.Day, o.Day))
}

// Before reports that d is earlier than o.
func (d Date) Before(o Date) bool { return d.Compare(o) < 0 }

// After reports that d is later than o.
func (d Date) After(o Date) bool { return d.Compare(o) > 0 }

// Midnight is the instant at which the date begins in London.
func (d Date) Midnight() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, London) }

// FinancialYear is the year from 1 April that the date falls in.
func (d Date) FinancialYear() FinancialYear {
	if d.Month < time.April {
		return FinancialYear(d.Year - 1)
	}
	return FinancialYear(d.Year)
}

// FinancialYear is named by the calendar year in which it starts.
type FinancialYear int

// String is the year as people write it: 2026/27.
func (y FinancialYear) String() string { return fmt.Sprintf("%d/%02d", int(y), (int(y)+1)%100) }

// First is 1 April, the day on which the year starts.
func (y FinancialYear) First() Date { return Date{int(y), time.April, 1} }

// Last is 31 March, the last day of the year.
func (y FinancialYear) Last() Date { return Date{int(y) + 1, time.March, 31} }

// MarshalJSON writes "2026-11-24", or null when there is no date.
func (d Date) MarshalJSON() ([]byte, error) {
	if d.IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + d.String() + `"`), nil
}

// UnmarshalJSON reads what ParseDate reads, as a string. A null leaves the date
// as it was.
func (d *Date) UnmarshalJSON(b []byte) error {
	return readJSON(b, d, ParseDate, ErrDateInvalid)
}

// Scan reads a date column; a null is the zero Date.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
	case time.Time: // drivers give a date as midnight in some zone; its own calendar day is meant
		y, m, day := v.Date()
		*d = Date{y, m, day}
	case string:
		return d.scanText(v)
	case []byte:
		return d.scanText(string(v))
	default:
		return fmt.Errorf("civil: date from a column of type %T", src)
	}
	return nil
}

func (d *Date) scanText(s string) error {
	parsed, err := ParseDate(s)
	if err != nil {
		return fmt.Errorf("civil: date from column value %q: %w", s, err)
	}
	*d = parsed
	return nil
}

// Value writes the ISO form, or null when there is no date.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// number reads between least and most ASCII digits.
func number(s string, least, most int) (n int, ok bool) {
	if len(s) < least || len(s) > most {
		return 0, false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

func readJSON[T any](b []byte, into *T, parse func(string) (T, error), invalid *fault.Fault) error {
	if string(b) == "null" {
		return nil
	}
	s, err := strconv.Unquote(string(b))
	if err != nil || b[0] != '"' {
		return invalid.Because(written(b))
	}
	v, err := parse(s)
	if err != nil {
		return err
	}
	*into = v
	return nil
}

// written is the cause kept for the log: the text that was refused.
type written string

// Error quotes the refused text.
func (w written) Error() string { return "written as " + strconv.Quote(string(w)) }
