package paging

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"wardbridge/internal/fault"
)

func TestDecode_givesBackTheSortKey(t *testing.T) {
	t.Parallel()
	at, id, big := time.Date(2026, 10, 25, 1, 30, 0, 123456000, time.UTC), uuid.New(), int64(1)<<62+1

	c := Encode(at, id, big, "Zoë & <Oak>", (*string)(nil))

	var (
		gotAt   time.Time
		gotID   uuid.UUID
		gotBig  int64
		gotName string
		gotNull = new(string)
	)
	if err := Decode(c, &gotAt, &gotID, &gotBig, &gotName, &gotNull); err != nil {
		t.Fatal(err)
	}
	if !gotAt.Equal(at) || gotID != id || gotBig != big || gotName != "Zoë & <Oak>" || gotNull != nil {
		t.Errorf("got %v %v %v %q %v", gotAt, gotID, gotBig, gotName, gotNull)
	}
	if strings.ContainsAny(string(c), "+/=?& ") {
		t.Errorf("%q cannot stand in a link as it is", c)
	}
}

func TestDecode_refusesEveryGarbledCursor(t *testing.T) {
	t.Parallel()
	good := string(Encode(int64(17), "oak"))
	bad := []string{"", "x", "page=2", good + "A", good + "=", good[1:], strings.ToLower(good), strings.Repeat("A", 5000)}
	for i := range good {
		other := byte('A')
		if good[i] == other {
			other = 'B'
		}
		bad = append(bad, good[:i]+string(other)+good[i+1:], good[:i])
	}
	for _, c := range bad {
		var n int64
		var s string
		if err := Decode(Cursor(c), &n, &s); !errors.Is(err, ErrCursor) || !fault.Is(err, fault.Malformed) {
			t.Errorf("%q: got %v", c, err)
		}
	}
}

func TestDecode_refusesTheCursorOfAnotherList(t *testing.T) {
	t.Parallel()
	var n int64
	var s string

	if err := Decode(Encode(int64(1)), &n, &s); !errors.Is(err, ErrCursor) {
		t.Errorf("one part for two: %v", err)
	}
	if err := Decode(Encode("a"), &n); !errors.Is(err, ErrCursor) {
		t.Errorf("a word for a number: %v", err)
	}
	if err := Decode(Encode()); err != nil {
		t.Errorf("no parts: %v", err)
	}
}

func TestLimit_refusesPagesThatAreTooLong(t *testing.T) {
	t.Parallel()
	for asked, want := range map[int]int{0: 50, 1: 1, 200: 200} {
		if got, err := Limit(asked); err != nil || got != want {
			t.Errorf("%d: got %d, %v", asked, got, err)
		}
	}
	for _, asked := range []int{-1, 201} {
		if _, err := Limit(asked); !errors.Is(err, ErrLimit) || !fault.Is(err, fault.Invalid) {
			t.Errorf("%d: got %v", asked, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(string(Encode(time.Unix(0, 0), "a")))
	f.Add("AAAAAA")
	f.Fuzz(func(t *testing.T, c string) {
		var at time.Time
		var s string
		if err := Decode(Cursor(c), &at, &s); err != nil && !errors.Is(err, ErrCursor) {
			t.Errorf("got %v", err)
		}
	})
}
