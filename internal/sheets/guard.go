package sheets

import "strings"

// guard puts an apostrophe before a cell that a spreadsheet program would run.
// A cell that already looks guarded gets one more, so that unguard always gives
// back what was written.
func guard(cell string) string {
	if wouldRun(strings.TrimLeft(cell, "'")) {
		return "'" + cell
	}
	return cell
}

// unguard takes off the apostrophe that guard put on, and no other.
func unguard(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && wouldRun(strings.TrimLeft(cell, "'")) {
		return cell[1:]
	}
	return cell
}

// wouldRun tells whether a spreadsheet program would take the cell for a
// formula. A signed plain number is none: -5 must stay a number.
func wouldRun(cell string) bool {
	if cell == "" {
		return false
	}
	switch cell[0] {
	case '=', '@', '\t', '\r', '\n':
		return true
	case '+', '-':
		return !plainNumber(cell[1:])
	}
	return false
}

// plainNumber accepts digits with at most one point between them.
func plainNumber(s string) bool {
	point := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
		case c == '.' && !point && i > 0 && i < len(s)-1:
			point = true
		default:
			return false
		}
	}
	return s != ""
}
