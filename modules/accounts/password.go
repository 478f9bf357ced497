package accounts

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"wardbridge/internal/fault"
)

// Parameters of argon2id, as RFC 9106 recommends where memory is dear.
const (
	hashTime    = 3
	hashMemory  = 64 * 1024 // KiB
	hashThreads = 1
	hashLength  = 32
)

// hashing bounds how many passwords are hashed at once.
var hashing = make(chan struct{}, 2)

// ErrPassword says what a password must be.
var ErrPassword = fault.New(fault.Invalid, "password_too_weak", "A password has 12 to 200 characters. Three random words make a good one.")

// HashPassword checks a new password against the policy and hashes it.
func HashPassword(password string) (string, error) {
	if n := utf8.RuneCountInString(password); n < 12 || n > 200 || strings.Count(password, password[:1]) == len(password) {
		return "", ErrPassword.With(fault.Field{Name: "password", Code: ErrPassword.Code, Text: ErrPassword.Text})
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails since Go 1.24
	return encode(salt, derive(password, salt)), nil
}

func derive(password string, salt []byte) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, hashTime, hashMemory, hashThreads, hashLength)
}

func encode(salt, key []byte) string {
	return fmt.Sprintf("argon2id$%d$%d$%s$%s", hashTime, hashMemory,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// dummy is hashed against when there is no such account, for the same time.
var dummy = encode(make([]byte, 16), make([]byte, hashLength))

// matches reports whether a password is the one that was hashed.
func matches(password, hash string) bool {
	if hash == "" {
		hash = dummy
	}
	parts := strings.Split(hash, "$")
	if len(parts) != 5 {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[3])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[4])
	if err1 != nil || err2 != nil {
		return false
	}
	return subtle.ConstantTimeCompare(derive(password, salt), want) == 1
}
