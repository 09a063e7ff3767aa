(* Finds the C++ compiler that matches the C compiler. *)
libraries="$libraries c++config.1.2"
