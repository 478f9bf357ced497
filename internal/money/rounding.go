package money

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// RoundHalfUp is x times y divided by per, rounded to a whole number with the
// half going away from zero. The product is held in 128 bits, so only the
// answer has to fit. It panics when it does not, or when per is not positive.
func RoundHalfUp(x, y, per int64) int64 {
	hi, lo := bits.Mul64(magnitude(x), magnitude(y))
	quotient, remainder := divide(hi, lo, per)
	if remainder >= uint64(per)-remainder {
		quotient++
	}
	return signed(quotient, (x < 0) != (y < 0))
}

// Pay is what so many minutes earn at an hourly rate times a factor, rounded
// half up to the penny once, after everything is multiplied. The multiplied
// rate itself is never rounded.
func Pay(rate Rate, factor Factor, minutes int) Pence {
	hi, lo := bits.Mul64(magnitude(rate.tenThousandths), magnitude(factor.millionths))
	if hi != 0 || lo > math.MaxInt64 {
		panic("money: amount out of range")
	}
	product := signed(lo, (rate.tenThousandths < 0) != (factor.millionths < 0))
	return Pence(RoundHalfUp(product, int64(minutes), 60*perPenny*perFactor))
}

// Allocate splits a total over weights by largest remainder, so that the shares
// always add up to the total; of equal remainders the earlier one gets the
// penny. The shares of a negative total are the exact opposites of those of the
// positive one. Weights may be negative, as a credit among charges is; weights
// that add up to nothing count as equal. Without weights there are no shares.
func Allocate(total Pence, weights []int64) []Pence {
	if len(weights) == 0 {
		return nil
	}
	sum := sumOf(weights)
	if sum == 0 {
		weights = slices.Repeat([]int64{1}, len(weights))
		sum = int64(len(weights))
	}
	shares := make([]Pence, len(weights))
	type rest struct {
		index int
		size  uint64
	}
	rests := make([]rest, len(weights))
	per := signed(magnitude(sum), false)
	left := signed(magnitude(int64(total)), false)
	for i, w := range weights {
		hi, lo := bits.Mul64(magnitude(int64(total)), magnitude(w))
		quotient, remainder := divide(hi, lo, per)
		if against := (w < 0) != (sum < 0); against && remainder > 0 {
			quotient, remainder = quotient+1, uint64(per)-remainder
			shares[i] = Pence(signed(quotient, true))
		} else {
			shares[i] = Pence(signed(quotient, against))
		}
		rests[i] = rest{i, remainder}
		left -= int64(shares[i])
	}
	slices.SortStableFunc(rests, func(a, b rest) int { return cmp.Compare(b.size, a.size) })
	for i := range left {
		shares[rests[i].index]++
	}
	if total < 0 {
		for i := range shares {
			shares[i] = -shares[i]
		}
	}
	return shares
}

func sumOf(weights []int64) (sum int64) {
	for _, w := range weights {
		if w > 0 && sum > math.MaxInt64-w || w < 0 && sum < -math.MaxInt64-w {
			panic("money: weights out of range")
		}
		sum += w
	}
	return sum
}

func divide(hi, lo uint64, per int64) (quotient, remainder uint64) {
	if per <= 0 || hi >= uint64(per) {
		panic("money: amount out of range")
	}
	return bits.Div64(hi, lo, uint64(per))
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

func signed(size uint64, below bool) int64 {
	if size > math.MaxInt64 {
		panic("money: amount out of range")
	}
	if below {
		return -int64(size)
	}
	return int64(size)
}
