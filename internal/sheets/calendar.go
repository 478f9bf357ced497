package sheets

import (
	"math"
	"strconv"
	"time"
)

// Calendar is the day from which a file counts its days.
type Calendar int

// The calendars. CSV files and nearly all workbooks count from 1900, workbooks
// of old Macs from 1904.
const (
	From1900 Calendar = iota
	From1904
)

const (
	secondsADay = 24 * 60 * 60
	// leap1904 is how many days the two calendars are apart.
	leap1904 = 1462
	// firstSerial is 1 January 1920. Smaller numbers in a date column are more
	// often a bare year, which would come out as a day in 1905.
	firstSerial = 7306
	// lastSerial is 31 December 9999, the last day Excel knows.
	lastSerial = 2958465
)

// ExcelDate turns the number that stands for a day in a workbook, such as 46350
// or 46350.29, into the civil date "2026-11-24". It answers false for anything
// else, and for days before 1920.
func ExcelDate(serial string, c Calendar) (string, bool) {
	days, _, ok := parts(serial)
	if !ok {
		return "", false
	}
	if c == From1904 {
		days += leap1904
	}
	if days < firstSerial || days > lastSerial {
		return "", false
	}
	return time.Date(1899, time.December, 30+days, 0, 0, 0, 0, time.UTC).Format("2006-01-02"), true
}

// ExcelClock turns the fraction that stands for a time of day in a workbook,
// such as 0.291666 or 46350.291666, into "07:00", or "07:00:30" where there are
// seconds. It answers false for anything else: 7.30 is no such fraction but how
// people write half past seven, and 700 is seven o'clock.
func ExcelClock(serial string) (string, bool) {
	days, seconds, ok := parts(serial)
	if !ok {
		return "", false
	}
	if f, _ := strconv.ParseFloat(serial, 64); f >= 1 && days < firstSerial-leap1904 {
		return "", false
	}
	t := time.Date(2000, 1, 1, 0, 0, seconds, 0, time.UTC)
	if seconds%60 != 0 {
		return t.Format("15:04:05"), true
	}
	return t.Format("15:04"), true
}

// parts splits a serial number into days and seconds. It rounds to the second
// first, so that 0.99999999 is midnight on both sides.
func parts(serial string) (days, seconds int, ok bool) {
	if serial == "" || len(serial) > 24 || serial[0] < '0' || serial[0] > '9' {
		return 0, 0, false
	}
	for i := 0; i < len(serial); i++ {
		if c := serial[i]; (c < '0' || c > '9') && c != '.' && c != 'E' && c != '-' {
			return 0, 0, false
		}
	}
	if serial[0] == '0' && len(serial) > 1 && serial[1] != '.' {
		return 0, 0, false // 0700 is a time as people write it
	}
	f, err := strconv.ParseFloat(serial, 64)
	if err != nil || f > lastSerial+1 {
		return 0, 0, false
	}
	total := int64(math.Round(f * secondsADay))
	return int(total / secondsADay), int(total % secondsADay), true
}
