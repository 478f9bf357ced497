package sheets

// Taken is a row of a file on its way in: its number there and its cells in the
// order of the kind's columns.
type Taken struct {
	Row   int
	Cells []string `bun:",array"`
}

// Finding is what is wrong with a row of a file, or, as a warning, what somebody
// should look at although the row is good.
type Finding struct {
	RowError
	Warning bool
}

// Outcome counts what applying a file came to.
type Outcome struct{ Created, Updated, Unchanged int }
