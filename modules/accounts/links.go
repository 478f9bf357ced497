package accounts

import (
	"context"
	"crypto/sha256"
	"time"

	"wardbridge/internal/door"
	"wardbridge/internal/fault"
	"wardbridge/tenants"
)

// LinkLife is how long a link that sets a password is good for.
const LinkLife = 72 * time.Hour

// ErrLink refuses a link that is of no more use; it does not say which of the
// reasons it is.
var ErrLink = fault.New(fault.Gone, "link_used", "This link has been used already, or is older than 72 hours. Ask whoever gave it to you for a new one.")

// Linked is whose password a link sets.
type Linked struct {
	Name  string
	Email string
}

// OfferLink makes a link with which a person sets their password, once and
// within LinkLife, and returns its secret, which is kept nowhere. Whoever has it
// becomes the person, so the platform alone makes one. It ends an earlier link.
func (s *Service) OfferLink(ctx context.Context, tx *tenants.Tx, person tenants.ID) (string, error) {
	secret, hash := door.Secret("")
	return secret, openLink(ctx, tx, hash, person, time.Now().Add(LinkLife))
}

// LinkedTo finds the person of a link that is still good.
func (s *Service) LinkedTo(ctx context.Context, tx *tenants.Tx, secret string) (Linked, error) {
	return linkPerson(ctx, tx, hashOf(secret))
}

// UseLink sets the password of a link's person and ends the link, with every
// session and token of that person. Of two who come at once the second is refused.
func (s *Service) UseLink(ctx context.Context, tx *tenants.Tx, secret, password string) error {
	if _, err := s.LinkedTo(ctx, tx, secret); err != nil {
		return err
	}
	hash, err := HashPassword(password)
	if err != nil {
		return err
	}
	return useLink(ctx, tx, hashOf(secret), hash)
}

func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
