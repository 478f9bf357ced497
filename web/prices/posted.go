package prices

import (
	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/timesheets"
)

// posted is one adjustment of approved hours in words.
type posted struct {
	Title, Text, Total string
	Was, Now           string // what the whole timesheet came to, and comes to; empty for a worker
	Lines              []postedLine
}

type postedLine struct{ Title, Why, Was, Becomes, Difference string }

// postings puts what was posted to approved hours into words. What a party is not
// told of is left out: a worker reads the lines of their pay, and what they come to.
func postings(all []timesheets.Posting, payOnly bool) []posted {
	rows := make([]posted, len(all))
	for i := range all {
		p := &all[i]
		rows[i] = posted{Title: p.AdjustmentRef + ", " + civil.DateOf(p.PostedAt).Text(), Text: p.Reason}
		var sum money.Pence
		for j := range p.Lines {
			l := &p.Lines[j]
			sum += l.AmountPence
			rows[i].Lines = append(rows[i].Lines, postedLine{l.Title(), l.Formula, l.WasPence.String(), l.BecomesPence.String(), signed(l.AmountPence)})
		}
		switch {
		case payOnly:
		case p.BilledAt != nil:
			rows[i].Text += ". Billed on " + civil.DateOf(*p.BilledAt).Text() + "."
		default:
			rows[i].Text += ". It will be on the next self-bill."
		}
		if rows[i].Total = signed(sum); !payOnly {
			rows[i].Was, rows[i].Now = p.WasPence.String(), p.BecomesPence.String()
		}
	}
	return rows
}

// signed writes a difference with its sign, so that more and less look unlike.
func signed(p money.Pence) string {
	if p > 0 {
		return "+" + p.String()
	}
	return p.String()
}
