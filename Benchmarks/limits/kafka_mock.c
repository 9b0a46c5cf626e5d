// librdkafka's own mock cluster: `kafka_mock BROKERS` prints the address of the cluster and runs until it is ended.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <unistd.h>

int main(int count, char **words) {
    if (count != 2) return 64;
    char text[512];
    rd_kafka_conf_t *settings = rd_kafka_conf_new();
    if (rd_kafka_conf_set(settings, "test.mock.num.brokers", words[1], text, sizeof text)) return 64;
    rd_kafka_t *owner = rd_kafka_new(RD_KAFKA_PRODUCER, settings, text, sizeof text);
    if (!owner) return 70;
    printf("%s\n", rd_kafka_mock_cluster_bootstraps(rd_kafka_handle_mock_cluster(owner)));
    fflush(stdout);
    for (;;) pause();
}
