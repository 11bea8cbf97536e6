/* Every encoding of a synapse; the descriptor of X(name) is name in encoding.c. */
X(pair)
X(reference_column)
X(offset)
