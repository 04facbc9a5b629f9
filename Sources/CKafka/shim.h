#include <dlfcn.h>
#include <librdkafka/rdkafka.h>

// librdkafka is loaded when it is first needed, not linked: it brings OpenSSL, SASL and compression along, which
// more than double the time that a process takes to start, and most processes never talk to Kafka.

#define CKAFKA_FUNCTIONS(F) \
  F(conf_new) F(conf_destroy) F(conf_set) F(conf_get) F(conf_dump) F(conf_dump_free) \
  F(conf_set_opaque) F(conf_set_log_cb) F(conf_set_error_cb) F(conf_set_dr_msg_cb) F(conf_set_offset_commit_cb) \
  F(new) F(destroy) F(poll) F(last_error) F(err2name) F(err2str) \
  F(error_code) F(error_string) F(error_is_fatal) F(error_is_retriable) F(error_txn_requires_abort) \
  F(error_destroy) \
  F(topic_new) F(topic_destroy) F(metadata) F(metadata_destroy) \
  F(topic_partition_list_new) F(topic_partition_list_destroy) F(topic_partition_list_add) \
  F(committed) F(commit) F(incremental_assign) F(consumer_close) \
  F(poll_set_consumer) F(queue_get_consumer) F(queue_cb_event_enable) F(consume_batch_queue) \
  F(message_destroy) F(message_headers) F(header_get_all) \
  F(produceva) F(flush) F(headers_new) F(headers_destroy) F(header_add) \
  F(init_transactions) F(begin_transaction) F(send_offsets_to_transaction) F(commit_transaction) \
  F(abort_transaction) F(consumer_group_metadata_new) F(consumer_group_metadata_destroy) \
  F(queue_new) F(queue_destroy) F(queue_poll) F(event_error) F(event_destroy) \
  F(NewTopic_new) F(NewTopic_destroy) F(CreateTopics) F(event_CreateTopics_result) F(CreateTopics_result_topics) \
  F(NewPartitions_new) F(NewPartitions_destroy) F(CreatePartitions) F(event_CreatePartitions_result) \
  F(CreatePartitions_result_topics) F(topic_result_error)

/// The functions of librdkafka that are used, without their prefix.
struct ckafka_functions {
#define CKAFKA_DECLARE(name) __typeof__(rd_kafka_##name) *name;
  CKAFKA_FUNCTIONS(CKAFKA_DECLARE)
#undef CKAFKA_DECLARE
};

/// Finds the functions in a loaded library; gives the name of the first one that is not there, else NULL.
static inline const char *ckafka_find(void *library, struct ckafka_functions *functions) {
#define CKAFKA_FIND(name) \
  functions->name = (__typeof__(rd_kafka_##name) *)dlsym(library, "rd_kafka_" #name); \
  if (!functions->name) return "rd_kafka_" #name;
  CKAFKA_FUNCTIONS(CKAFKA_FIND)
#undef CKAFKA_FIND
  return 0;
}
