/* A program of nothing but the objects it is linked with. */
int main(void) {
    return 0;
}
