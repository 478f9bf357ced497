package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wardbridge/internal/browsertest"
)

// TestVATReview_endsInEvidenceThatOpensOnItsOwn: from the totals to a booking, and
// its file off the disk, in a browser that reaches no server.
func TestVATReview_endsInEvidenceThatOpensOnItsOwn(t *testing.T) {
	t.Parallel()
	p := entered(t, "finance@kingsmere.example")
	p.Visit("/e/kingsmere/vat")
	p.Want("VAT to claim")
	p.Resize(1440)
	p.Resize(390)
	p.Resize(1440)
	p.Click("Bookings")
	p.WantPath("/e/kingsmere/vat/bookings?ground=claim")
	raw := p.Download("Evidence")
	p.Check()

	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "evidence.html"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	alone := browsertest.Open(t, browsertest.Options{Base: "file://" + dir, Width: 1440, Height: 900})
	alone.Visit("/evidence.html")
	for _, words := range []string{"VAT evidence, booking KUH-B", "Kingsmere", "GMC ", "Doctor", "Stood in for", "Source of the rule", "UKFTT 1114", "What happened", "Hours approved"} {
		alone.Want(words)
	}
	alone.AxeClean()
	alone.Resize(390)
	alone.NoSidewaysScroll()
	alone.Resize(1440)
	if pdf := alone.PDF(); !strings.HasPrefix(string(pdf), "%PDF") {
		t.Error("it does not print")
	}
	alone.Check()
}
