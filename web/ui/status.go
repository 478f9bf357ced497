package ui

// statusColours is the one table of status words. A word that is not in it is
// shown grey, so a new state is visible but never shouts.
var statusColours = map[string]string{
	"Draft":      "grey",
	"Not sent":   "grey",
	"Bank only":  "grey",
	"Tier 1":     "grey",
	"Tier 2":     "grey",
	"Tier 3":     "grey",
	"Cancelled":  "grey",
	"Withdrawn":  "grey",
	"Declined":   "grey",
	"Closed":     "grey",
	"Open":       "blue",
	"Live":       "blue",
	"To review":  "blue",
	"To approve": "blue",
	"To come":    "blue",
	"Submitted":  "blue",
	"Running":    "blue",
	"Approval":   "orange",
	"At risk":    "orange",
	"Queried":    "orange",
	"Blocked":    "orange",
	"Filled":     "green",
	"Confirmed":  "green",
	"Accepted":   "green",
	"Approved":   "green",
	"Paid":       "green",
	"Issued":     "green",
	"Active":     "green",
	"Done":       "green",
	"Worked":     "aqua",
	"Offer":      "purple",
	"Expiring":   "yellow",
	"Urgent":     "red",
	"No-show":    "red",
	"Expired":    "red",
	"Suspended":  "red",
	"Failed":     "red",
}

// StatusColour gives the colour that a status word has on every page.
func StatusColour(word string) string {
	if colour, ok := statusColours[word]; ok {
		return colour
	}
	return "grey"
}
