#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// Macros, which Swift does not see.
static inline long relocation_tls_minimum_1_2(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}
static inline long relocation_tls_server_name(SSL *tls, const char *name) {
    return SSL_set_tlsext_host_name(tls, name);
}
