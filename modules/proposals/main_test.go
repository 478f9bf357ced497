package proposals_test

import (
	"os"
	"testing"

	"wardbridge/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
