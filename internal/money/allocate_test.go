package money_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wardbridge/internal/money"
)

func TestAllocate_givesTheOddPennyToTheLargestRemainder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		total   money.Pence
		weights []int64
		want    []money.Pence
	}{
		{100, []int64{1, 1, 1}, []money.Pence{34, 33, 33}}, // a tie goes to the earlier one
		{100, []int64{1, 2}, []money.Pence{33, 67}},
		{1754, []int64{1253, 1253, 1253, 1253, 1253, 1253, 1253}, []money.Pence{251, 251, 251, 251, 250, 250, 250}},
		{-100, []int64{1, 1, 1}, []money.Pence{-34, -33, -33}},
		{5, []int64{0, 0}, []money.Pence{3, 2}},
		{0, []int64{3, 4}, []money.Pence{0, 0}},
		{20, []int64{200, -100}, []money.Pence{40, -20}},
		{7, []int64{1}, []money.Pence{7}},
		{7, nil, nil},
	} {
		if got := money.Allocate(c.total, c.weights); !slices.Equal(got, c.want) {
			t.Errorf("%d over %v: got %v, want %v", c.total, c.weights, got, c.want)
		}
	}
}

func TestAllocate_addsUpAndIsFair(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := money.Pence(rapid.Int64Range(-1e12, 1e12).Draw(t, "total"))
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1e9), 1, 40).Draw(t, "weights")

		shares := money.Allocate(total, weights)

		checkAllocation(t, total, weights, shares)
		for i := range weights {
			for j := range weights {
				if weights[i] < weights[j] && max(shares[i], -shares[i]) > max(shares[j], -shares[j]) {
					t.Fatalf("weight %d got %d, weight %d got %d", weights[i], shares[i], weights[j], shares[j])
				}
			}
		}
	})
}

func FuzzAllocate(f *testing.F) {
	f.Add(int64(100), int32(1), int32(1), int32(1))
	f.Add(int64(-7), int32(0), int32(0), int32(0))
	f.Add(int64(20), int32(200), int32(-100), int32(3))
	f.Add(int64(1), int32(1), int32(-1), int32(0))
	f.Fuzz(func(t *testing.T, total int64, a, b, c int32) {
		total %= 1_000_000_000_000
		weights := []int64{int64(a) % 1000, int64(b) % 1000, int64(c) % 1000}
		checkAllocation(t, money.Pence(total), weights, money.Allocate(money.Pence(total), weights))
	})
}

type failer interface {
	Fatalf(format string, args ...any)
}

func checkAllocation(t failer, total money.Pence, weights []int64, shares []money.Pence) {
	var sum money.Pence
	for _, s := range shares {
		sum += s
	}
	if sum != total || len(shares) != len(weights) {
		t.Fatalf("%d over %v gave %v, which adds up to %d", total, weights, shares, sum)
	}
	for i, s := range money.Allocate(-total, weights) {
		if s != -shares[i] {
			t.Fatalf("%d over %v: share %d of the opposite total is %d, not %d", total, weights, i, s, -shares[i])
		}
	}
}

func BenchmarkPay(b *testing.B) {
	rate, factor := money.MustRate("19.97"), money.MustFactor("1.3")
	for b.Loop() {
		money.Pay(rate, factor, 690)
	}
}
