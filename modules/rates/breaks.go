package rates

// takeBreak takes unpaid minutes out of the pay lines, which stand in the order
// in which they begin. There are always fewer minutes to take than the lines
// have.
func takeBreak(lines []Line, minutes int, rule BreakRule) {
	if minutes == 0 {
		return
	}
	switch rule {
	case BreakFromHighest:
		takeInOrder(lines, minutes, High, Low, Core)
	case BreakFromLowest:
		takeInOrder(lines, minutes, Core, Low, High)
	default:
		takeProRata(lines, minutes)
	}
}

// takeInOrder empties band after band, in each the line that begins last first.
func takeInOrder(lines []Line, minutes int, order ...Band) {
	for _, band := range order {
		for i := len(lines) - 1; i >= 0; i-- {
			if lines[i].Band == band {
				n := min(minutes, lines[i].Minutes)
				lines[i].take(n)
				minutes -= n
			}
		}
	}
}

// takeProRata takes whole minutes by largest remainder; of equal remainders the
// line that begins later gives the minute. No line can be asked for more than
// it has, because the break is shorter than the shift.
func takeProRata(lines []Line, minutes int) {
	total, left := 0, minutes
	for i := range lines {
		total += lines[i].Minutes
	}
	var room [16]int
	remainders := room[:0]
	for i := range lines {
		product := minutes * lines[i].Minutes
		lines[i].take(product / total)
		left -= product / total
		remainders = append(remainders, product%total)
	}
	for ; left > 0; left-- {
		most := len(lines) - 1
		for i := most - 1; i >= 0; i-- {
			if remainders[i] > remainders[most] {
				most = i
			}
		}
		lines[most].take(1)
		remainders[most] = -1
	}
}

func (l *Line) take(minutes int) {
	l.Minutes -= minutes
	l.BreakMinutes += minutes
}
