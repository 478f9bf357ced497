// Package labels turns ids, codes, states and prices into the words that the
// pages of agencies and workers show, so that the same thing reads the same on
// every page. It holds no page of its own and knows no address.
package labels
