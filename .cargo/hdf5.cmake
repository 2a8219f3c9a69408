# Read by CMake before the compiler's own settings: HDF5 at -O1 takes half as long to compile as at -O3. Its time is
# that of zlib, which is built apart, and of the disk.
set(CMAKE_C_FLAGS_RELEASE "-O1 -DNDEBUG" CACHE STRING "Flags of a release build")
