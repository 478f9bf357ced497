package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// result is what came of a measure.
type result struct {
	name      string
	what      string // in words
	ours, raw string // with their units
	ratio     float64
	bar       float64
	atLeast   bool    // the bar is a floor and not a ceiling
	absolute  bool    // the ratio is no ratio but the figure itself
	unit      string  // of an absolute figure; none is µs
	memory    float64 // MB of peak resident memory; 0 is not measured
	memoryBar float64
	notes     []string
}

func (r result) held() bool {
	if r.memoryBar > 0 && r.memory >= r.memoryBar {
		return false
	}
	if r.atLeast {
		return r.ratio >= r.bar
	}
	return r.ratio <= r.bar
}

func (r result) unitText() string {
	if r.unit == "" {
		return "µs"
	}
	return r.unit
}

func (r result) verdict() string {
	if r.held() {
		return "ok"
	}
	return "MISSED"
}

func (r result) barText() string {
	sign, unit := "<=", ""
	if r.atLeast {
		sign = ">="
	}
	if r.absolute {
		unit = " " + r.unitText()
	}
	text := fmt.Sprintf("%s %.4g%s", sign, r.bar, unit)
	if r.memoryBar > 0 {
		text += fmt.Sprintf(", < %.0f MB", r.memoryBar)
	}
	return text
}

func (r result) ratioText() string {
	text := fmt.Sprintf("%.2f", r.ratio)
	if r.absolute {
		text += " " + r.unitText()
	}
	if r.memoryBar > 0 {
		text += fmt.Sprintf(", %.0f MB", r.memory)
	}
	return text
}

// print writes the table.
func print(w io.Writer, all []result) {
	t := tabwriter.NewWriter(w, 2, 4, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join([]string{"measure", "ours", "raw limit", "ratio", "bar", ""}, "\t"))
	for _, r := range all {
		fmt.Fprintln(t, strings.Join([]string{r.what, r.ours, r.raw, r.ratioText(), r.barText(), r.verdict()}, "\t"))
	}
	_ = t.Flush()
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	if n := len(sorted); n%2 == 0 {
		return (sorted[n/2-1] + sorted[n/2]) / 2
	}
	return sorted[len(sorted)/2]
}

// turnsText shows every turn, so that a reader sees how much they differ.
func turnsText(ours, raw []float64, unit string) string {
	var b strings.Builder
	for i := range ours {
		fmt.Fprintf(&b, "%.4g/%.4g ", ours[i], raw[i])
	}
	return "turns, ours/raw " + unit + ": " + strings.TrimSpace(b.String())
}
