package civil

import (
	"database/sql/driver"
	"fmt"
	"strings"
)

// Clock is a time on the wall, in minutes since midnight: 0 to 1439. It says
// nothing about elapsed time, which on two nights a year is another matter.
type Clock int

// ParseClock reads 07:00, 7:00, 0700 and 07:00:00. There is no 24:00: midnight
// is 00:00 of the next day.
func ParseClock(s string) (Clock, error) {
	s = strings.TrimSpace(s)
	hours, minutes, parted := strings.Cut(s, ":")
	if !parted && len(s) == 4 {
		hours, minutes = s[:2], s[2:]
	}
	if parted {
		minutes = strings.TrimSuffix(minutes, ":00")
	}
	h, ok1 := number(hours, 1, 2)
	m, ok2 := number(minutes, 2, 2)
	if !ok1 || !ok2 || h > 23 || m > 59 {
		if h == 24 && m == 0 && ok1 && ok2 {
			return 0, ErrClockInvalid.Saying("There is no 24:00. Write 00:00, and the next day if the shift ends there.").Because(written(s))
		}
		return 0, ErrClockInvalid.Because(written(s))
	}
	return Clock(h*60 + m), nil
}

// MustClock is ParseClock for times written in code. It panics on what
// ParseClock refuses.
func MustClock(s string) Clock {
	c, err := ParseClock(s)
	if err != nil {
		panic("civil: time " + s + ": " + err.Error())
	}
	return c
}

// String is the time on the 24-hour clock: 07:00.
func (c Clock) String() string {
	h, m := int(c)/60, int(c)%60
	return string([]byte{'0' + byte(h/10), '0' + byte(h%10), ':', '0' + byte(m/10), '0' + byte(m%10)})
}

// MarshalJSON writes "07:00".
func (c Clock) MarshalJSON() ([]byte, error) { return []byte(`"` + c.String() + `"`), nil }

// UnmarshalJSON reads what ParseClock reads, as a string. A null leaves the
// time as it was.
func (c *Clock) UnmarshalJSON(b []byte) error {
	return readJSON(b, c, ParseClock, ErrClockInvalid)
}

// Scan reads a time column, or one that holds minutes since midnight.
func (c *Clock) Scan(src any) error {
	switch v := src.(type) {
	case string:
		return c.scanText(v)
	case []byte:
		return c.scanText(string(v))
	case int64:
		if v < 0 || v >= 24*60 {
			return fmt.Errorf("civil: time from column value %d", v)
		}
		*c = Clock(v)
		return nil
	}
	return fmt.Errorf("civil: time from a column of type %T", src)
}

func (c *Clock) scanText(s string) error {
	s, _, _ = strings.Cut(s, ".") // Postgres may show fractions of a second
	parsed, err := ParseClock(s)
	if err != nil {
		return fmt.Errorf("civil: time from column value %q: %w", s, err)
	}
	*c = parsed
	return nil
}

// Value writes the time as text, which Postgres takes as time.
func (c Clock) Value() (driver.Value, error) { return c.String(), nil }
