//go:build !deep

package rates_test

const (
	randomQuotes = 50_000
	firstSeed    = 20_260_401
)
