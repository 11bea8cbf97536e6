/* Every update scheme; the descriptor of X(name) is xh_scheme_name, in schemes/name.c. */
X(read_modify_write)
X(coincidence)
X(complementary)
X(pcm_pair)
X(stochastic_reset)
X(mixed_precision)
