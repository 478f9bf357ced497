//go:build deep

package rates_test

const (
	randomQuotes = 1_000_000
	firstSeed    = 1_000
)
