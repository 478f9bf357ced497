package money_test

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"wardbridge/internal/fault"
	"wardbridge/internal/money"
)

var (
	_ sql.Scanner   = (*money.Rate)(nil)
	_ driver.Valuer = money.Rate{}
	_ sql.Scanner   = (*money.Factor)(nil)
	_ driver.Valuer = money.Factor{}
)

func TestPence_readsAsPeopleWriteMoney(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount      money.Pence
		text, plain string
	}{
		{123456, "£1,234.56", "1234.56"},
		{-100, "-£1.00", "-1.00"},
		{0, "£0.00", "0.00"},
		{5, "£0.05", "0.05"},
		{100000000, "£1,000,000.00", "1000000.00"},
		{99999, "£999.99", "999.99"},
	} {
		if c.amount.String() != c.text || c.amount.Plain() != c.plain {
			t.Errorf("%d: got %s and %s, want %s and %s", int64(c.amount), c.amount, c.amount.Plain(), c.text, c.plain)
		}
	}
}

func TestParsePence_refusesWhatItWouldHaveToGuess(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]money.Pence{
		"12.34": 1234, "12": 1200, "12.3": 1230, "£1,234.56": 123456, " -1.00 ": -100, "-£0.01": -1, "0": 0,
	} {
		if got, err := money.ParsePence(s); err != nil || got != want {
			t.Errorf("%q: got %d, %v, want %d", s, got, err, want)
		}
	}
	for s, code := range map[string]string{
		"": "amount_invalid", "12,34": "amount_invalid", "1e3": "amount_invalid", ".5": "amount_invalid", "5.": "amount_invalid",
		"--1": "amount_invalid", "1.234": "amount_too_precise", "1000000000000": "amount_too_large", "99999999999999999999999": "amount_too_large",
	} {
		_, err := money.ParsePence(s)
		wantCode(t, s, err, code)
	}
}

func TestParseRate_refusesWithTheWayOut(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"26.10": "26.1000", "26": "26.0000", "£26.1025": "26.1025", "0": "0.0000", "9999.9999": "9999.9999", "007.5": "7.5000", "-0": "0.0000",
	} {
		if got, err := money.ParseRate(s); err != nil || got.String() != want {
			t.Errorf("%q: got %s, %v, want %s", s, got, err, want)
		}
	}
	for s, code := range map[string]string{
		"26.10001": "rate_too_precise", "-1": "rate_negative", "ten": "rate_invalid", "": "rate_invalid", "NaN": "rate_invalid",
		"10000": "rate_too_large", "26,10": "rate_invalid", "٢٦": "rate_invalid",
	} {
		_, err := money.ParseRate(s)
		wantCode(t, s, err, code)
		if fault.Of(err).Text == "" || fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%q: a refusal needs a sentence and kind invalid, got %+v", s, fault.Of(err))
		}
	}
}

func TestRate_textShowsFourPlacesOnlyWhenNeeded(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"26.1": "£26.10", "26.1025": "£26.1025", "26.105": "£26.105", "0": "£0.00"} {
		if got := money.MustRate(s).Text(); got != want {
			t.Errorf("%s: got %s, want %s", s, got, want)
		}
	}
	below := money.MustRate("1").Sub(money.MustRate("1.5"))
	if below.Text() != "-£0.50" || below.String() != "-0.5000" || below.Add(money.MustRate("0.5")) != (money.Rate{}) {
		t.Errorf("got %s and %s", below.Text(), below)
	}
}

func TestFactor_readsAsMultiplierAndPercent(t *testing.T) {
	t.Parallel()
	holiday := money.MustFactor("0.1207")
	if holiday.String() != "0.120700" || holiday.Text() != "0.1207" || holiday.Percent() != "12.07%" {
		t.Errorf("got %s, %s, %s", holiday, holiday.Text(), holiday.Percent())
	}
	if money.One.Text() != "1" || money.One.Percent() != "100%" {
		t.Errorf("got %s, %s", money.One.Text(), money.One.Percent())
	}
	for s, code := range map[string]string{"1.2345678": "factor_too_precise", "-1": "factor_negative", "x": "factor_invalid", "10000": "factor_too_large"} {
		_, err := money.ParseFactor(s)
		wantCode(t, s, err, code)
	}
}

func TestJSON_carriesRatesAsStrings(t *testing.T) {
	t.Parallel()
	type payload struct {
		Pay     money.Rate   `json:"pay_rate"`
		Share   money.Factor `json:"share"`
		Amounts money.Pence  `json:"amount_pence"`
	}

	b, err := json.Marshal(payload{money.MustRate("26.1"), money.MustFactor("1.3"), 1234})

	if want := `{"pay_rate":"26.1000","share":"1.300000","amount_pence":1234}`; err != nil || string(b) != want {
		t.Fatalf("got %s, %v, want %s", b, err, want)
	}
	var back payload
	if err := json.Unmarshal(b, &back); err != nil || back.Pay != money.MustRate("26.1") || back.Share != money.MustFactor("1.3") {
		t.Fatalf("got %+v, %v", back, err)
	}
	wantCode(t, "a number", json.Unmarshal([]byte(`{"pay_rate":26.1}`), &back), "rate_invalid")
	wantCode(t, "a number", json.Unmarshal([]byte(`{"share":1.3}`), &back), "factor_invalid")
	wantCode(t, "five places", json.Unmarshal([]byte(`{"pay_rate":"26.10001"}`), &back), "rate_too_precise")
}

func TestScan_readsNumericColumnsOfAnyScale(t *testing.T) {
	t.Parallel()
	for _, src := range []any{"26.1", "26.10000000", []byte("26.1000"), "26.1000"} {
		var r money.Rate
		if err := r.Scan(src); err != nil || r != money.MustRate("26.1") {
			t.Errorf("%v: got %s, %v", src, r, err)
		}
	}
	var r money.Rate
	if err := r.Scan("-0.5000"); err != nil || r.Text() != "-£0.50" {
		t.Errorf("got %s, %v", r.Text(), err)
	}
	if err := r.Scan(int64(20)); err != nil || r != money.MustRate("20") {
		t.Errorf("got %s, %v", r, err)
	}
	if err := r.Scan(nil); err != nil || !r.IsZero() {
		t.Errorf("got %s, %v", r, err)
	}
	if err := r.Scan(26.1); err == nil {
		t.Error("a float column must be refused")
	}
	if err := r.Scan("26.10001"); err == nil {
		t.Error("a column of finer scale must be refused, not rounded")
	}
	if v, err := money.MustRate("26.1").Value(); err != nil || v != "26.1000" {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestPay_roundsOnceAtTheEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rate, factor string
		minutes      int
		want         money.Pence
	}{
		{"19.33", "1.3", 690, 28898},  // not 25.13 x 11.5 = 289.00
		{"18.00", "1", 440, 13200},    // 7h 20m, not 7.33 h = 131.94
		{"12.92", "1.83", 720, 28372}, // Band 2, 12 h Sunday
		{"14.05", "1.69", 720, 28493}, // Band 3
		{"19.97", "1.6", 720, 38342},  // Band 5
		{"0.01", "1", 30, 1},          // half a penny goes up
		{"0.01", "1", 29, 0},
		{"26.10", "1", 0, 0},
	} {
		if got := money.Pay(money.MustRate(c.rate), money.MustFactor(c.factor), c.minutes); got != c.want {
			t.Errorf("%s x %s for %d minutes: got %s, want %s", c.rate, c.factor, c.minutes, got, c.want)
		}
	}
}

func TestPay_agreesWithUnboundedArithmetic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Int64Range(0, 99_999_999).Draw(t, "rate")
		factor := rapid.Int64Range(0, 9_999_999_999).Draw(t, "factor")
		minutes := rapid.IntRange(-2_000_000_000, 2_000_000_000).Draw(t, "minutes")
		var r money.Rate
		var f money.Factor
		if r.Scan(decimal(rate, 10_000)) != nil || f.Scan(decimal(factor, 1_000_000)) != nil {
			t.Fatal("a drawn value did not scan")
		}

		got := money.Pay(r, f, minutes)

		exact := new(big.Int).Mul(big.NewInt(rate), big.NewInt(factor))
		exact.Mul(exact, big.NewInt(int64(max(minutes, -minutes))))
		exact.Add(exact, big.NewInt(3_000_000_000)).Div(exact, big.NewInt(6_000_000_000))
		if minutes < 0 {
			exact.Neg(exact)
		}
		if exact.Cmp(big.NewInt(int64(got))) != 0 {
			t.Fatalf("got %d, want %s", got, exact)
		}
	})
}

func TestTimes_cancelsItsOpposite(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := money.Pence(rapid.Int64Range(-1e12, 1e12).Draw(t, "amount"))
		f := money.MustFactor(decimal(rapid.Int64Range(0, 9_999_999_999).Draw(t, "factor"), 1_000_000))
		if p.Times(f)+(-p).Times(f) != 0 {
			t.Fatalf("%s and its opposite do not cancel", p)
		}
	})
	if got := money.Pence(8771).Times(money.MustFactor("0.2")); got != 1754 {
		t.Errorf("got %s, want £17.54", got)
	}
	if got := money.Pence(2).Times(money.MustFactor("0.25")); got != 1 {
		t.Errorf("half a penny: got %s", got)
	}
}

func TestPerHour_isTheBlendedRate(t *testing.T) {
	t.Parallel()
	if got := money.Pence(250095).PerHour(40 * 60); got != money.MustRate("62.5238") {
		t.Errorf("got %s", got)
	}
	if got := money.Pence(100).PerHour(0); !got.IsZero() {
		t.Errorf("got %s", got)
	}
	if got := money.MustRate("62.5238").Pence(); got != 6252 {
		t.Errorf("got %s", got)
	}
	if got := money.MustRate("19.97").Times(money.MustFactor("1.3")); got != money.MustRate("25.961") {
		t.Errorf("got %s", got)
	}
	if money.RateOfPence(2610) != money.MustRate("26.1") {
		t.Error("2610 pence is £26.10 an hour")
	}
}

func decimal(v, scale int64) string {
	zeros := len(big.NewInt(scale).String()) - 1
	return new(big.Rat).SetFrac64(v, scale).FloatString(zeros)
}

func wantCode(t *testing.T, input string, err error, code string) {
	t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Code != code {
		t.Errorf("%q: got %v, want code %s", input, err, code)
	}
}
